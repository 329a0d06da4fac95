#!/bin/sh
# Makes the table of bypasses from what the guests have printed ("KERNEL | bypass: POLICY | BYPASS | DENIED BY | RESULT"), and
# compares it with the one in docs/policies.md, which is between the lines <!-- bypasses --> and <!-- end of bypasses -->.
#
#   table.sh LOG [--write]     --write puts the table into the page instead
#
# A kernel that did not run is left out of the comparison. The last line is "total: P passed, F failed, S skipped".
set -eu
cd "$(dirname "$0")/../.."
log=$1 page=docs/policies.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A row for each bypass, in alphabetical order of the policies; results of kernels that did not run are "?".
awk -F ' [|] ' '
  BEGIN { count = split("5.10 6.1 6.12 6.18 newest", kernels, " ") }
  $2 ~ /^bypass: / {
    policy = substr($2, 9); by = $4; result = $5
    key = policy "|" $3
    if (!(key in order)) { order[key] = ++rows; name[rows] = key }
    if (by != "") denied_by[key] = by
    results[key, $1] = result
    ran[$1] = 1
  }
  END {
    for (row = 1; row <= rows; ++row) {
      split(name[row], part, "|")
      line = sprintf("%s\t%05d\t| `%s` | %s |", part[1], row, part[1], part[2])
      for (i = 1; i <= count; ++i) {
        kernel = kernels[i]
        result = (name[row], kernel) in results ? results[name[row], kernel] : ran[kernel] ? "-" : "?"
        line = line " " result " |"
      }
      by = name[row] in denied_by ? "`" denied_by[name[row]] "`" : ""
      print line (by == "" ? " |" : " " by " |")
    }
  }' "$log" | sort -t "$(printf '\t')" -k1,1 -k2,2n | cut -f3 >"$work/rows"

{
  echo
  echo '| policy | bypass | 5.10 | 6.1 | 6.12 | 6.18 | newest | denied by |'
  echo '|---|---|---|---|---|---|---|---|'
  cat "$work/rows"
  echo
} >"$work/table"

if [ "${2:-}" = --write ]; then
  awk -v table="$work/table" '
    /^<!-- end of bypasses -->$/ { skip = 0 }
    !skip { print }
    /^<!-- bypasses -->$/ { while ((getline line < table) > 0) print line; skip = 1 }' "$page" >"$work/page"
  cat "$work/page" >"$page"
fi

# A result of a kernel that did not run counts as the one in the page.
sed -n '/^<!-- bypasses -->$/,/^<!-- end of bypasses -->$/p' "$page" | grep '^| `' >"$work/known" || true
awk -F ' [|] ' 'FILENAME == ARGV[1] { known[$1 "|" $2] = $0; next }
  {
    split(known[$1 "|" $2], old, " [|] ")
    line = $1
    for (i = 2; i <= NF; ++i) line = line " | " ($i == "?" && i in old ? old[i] : $i)
    print line
  }' "$work/known" "$work/rows" >"$work/compared"

passed=$(wc -l <"$work/rows") failed=0
cat "$work/table"
if ! diff "$work/known" "$work/compared" >"$work/difference"; then
  failed=1 passed=0
  echo "table.sh: FAILED: $page has another table; 'tests/attacks/table.sh $log --write' writes this one"
  cat "$work/difference"
fi
[ "$passed" -gt 0 ] || failed=1
echo "total: $([ "$failed" -eq 0 ] && echo 1 || echo 0) passed, $failed failed, 0 skipped"
exit "$failed"
