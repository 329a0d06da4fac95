# Prints the compilations among the commands of `make --dry-run` as a compilation database (compile_commands.json): one entry
# for each source file, the first if it is compiled several times.
function quoted(text) {
  gsub(/\\/, "\\\\", text)
  gsub(/"/, "\\\"", text)
  return "\"" text "\""
}

BEGIN { print "[" }

/ -c [^ ]+\.cpp -o / {
  source = $0
  sub(/.* -c /, "", source)
  sub(/ -o .*/, "", source)
  if (source in seen) next
  seen[source] = 1
  printf "%s  {\"directory\": %s, \"file\": %s, \"command\": %s}", separator, quoted(directory), quoted(source), quoted($0)
  separator = ",\n"
}

END { print "\n]" }
