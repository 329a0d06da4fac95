#!/bin/sh
# Checks what no unit test can: the structure of the tree, its words, the binaries, and what is installed. Each file in
# tests/checks/ is one subject. With names of such files, only these are checked: tests/checks.sh structure words
# If LSMITH_WRITE_PAGES is set, a page that a check generates is written instead of compared.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

passed=0 failed=0
# Runs a function in a shell of its own, and prints what it says if it fails.
check() {
  name=$1
  shift
  started=$(date +%s)
  if problem=$("$@" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'failed: %s\n%s\n' "$name" "$problem"
  fi
  took=$(($(date +%s) - started))
  [ "$took" -lt 2 ] || echo "slow: $took s $name"
}

[ $# -gt 0 ] || set -- structure words links binaries public_face
for subject in "$@"; do
  # shellcheck source=/dev/null
  . "tests/checks/$subject.sh"
done

echo "total: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
