# Links in README.md and docs/: each leads to a file of the tree, and to a heading of it. Each page of docs/ is in both indexes.
# shellcheck shell=sh

# All links of a page that do not lead to another site, one a line. Code, which may look like a link, is left out.
links_of() {
  awk '/^ *```/ { code = !code; next } !code && !/^    / { gsub(/`[^`]*`/, ""); print }' "$1" |
    grep -oE '\]\([^ )]+\)' | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^[a-z]+:'
}

# The anchors of a page's headings: lower case, without punctuation, with '-' for a space.
anchors_of() {
  awk '/^ *```/ { code = !code; next } !code && /^#+ /' "$1" |
    sed -E 's/^#+ //; s/\[([^]]*)\]\([^)]*\)/\1/g' | tr '[:upper:] ' '[:lower:]-' | sed 's/[^a-z0-9_-]//g'
}

broken_links_of() {
  links_of "$1" | while read -r link; do
    file=${link%%#*}
    target=$(dirname "$1")/$file
    [ -n "$file" ] || target=$1
    if [ ! -e "$target" ]; then
      echo "$1: $link: there is no such file"
    elif [ "$link" != "$file" ] && ! anchors_of "$target" | grep -qxF -e "${link#*#}"; then
      echo "$1: $link: there is no such heading"
    fi
  done
}

links_lead_somewhere() {
  for page in README.md docs/*.md; do broken_links_of "$page"; done | grep . && return 1
  return 0
}

pages_are_indexed() {
  for page in docs/*.md; do
    links_of README.md | grep -qxF "$page" || echo "README.md does not link to $page"
    [ "$page" = docs/README.md ] || links_of docs/README.md | grep -qxF "${page#docs/}" || echo "docs/README.md does not link to $page"
  done | grep . && return 1
  return 0
}

# The check itself: a page with one broken link of each kind.
broken_links_are_found() {
  printf '# One, two\n[a](#one-two) [b](#three) [c](nowhere.md) [d](page.md#one-two) `[e](code.md)`\n```\n[f](code.md)\n```\n' >"$work/page.md"
  [ "$(broken_links_of "$work/page.md" | sed 's,.*page.md: ,,')" = "#three: there is no such heading
nowhere.md: there is no such file" ]
}

check "the check of links finds broken ones" broken_links_are_found
check "each link leads to a file and a heading that exist" links_lead_somewhere
check "README.md and docs/README.md link to each page of docs/" pages_are_indexed
