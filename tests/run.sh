#!/bin/sh
# All three rings of tests, each counted, one line at the end: "N passed, N failed, N skipped".
#   ring 1  unit tests, no privilege
#   ring 2  the running kernel, for what it permits (needs root), and checks of the build itself
#   ring 3  stock distribution kernels in virtual machines: there the hooks are real
#           (their types are also read on the host, beside bpftool and clang)
# A kernel that did not run is a failure, unless --allow-missing is said; then it is counted as skipped, with its reason.
# --allow-missing never covers 6.1 and 6.12, which are packages of this release.
set -u
cd "$(dirname "$0")/.." || exit 1

BUILD=${BUILD:-build}
logs=$BUILD/tests/logs
allow_missing=
only=
while [ $# -gt 0 ]; do
  case $1 in
    --allow-missing) allow_missing=--allow-missing ;;
    --only) only=$2; shift ;;
    *) echo "run.sh: unknown word '$1'" >&2; exit 2 ;;
  esac
  shift
done

passed=0 failed=0 skipped=0
mkdir -p "$logs"

# Adds up what a ring said in its "tally:" line. A ring that ended without one has failed.
count() {
  name=$1 log=$2 status=$3
  tally=$(grep '^tally: ' "$log" | tail -n 1)
  if [ -z "$tally" ]; then
    echo "$name: ended with status $status and without a tally"
    failed=$((failed + 1))
    return
  fi
  # tally: P passed, F failed, S skipped
  # shellcheck disable=SC2086 # split into words
  set -- $tally
  passed=$((passed + $2)) failed=$((failed + $4)) skipped=$((skipped + $6))
  if [ "$status" -ne 0 ] && [ "$4" -eq 0 ]; then failed=$((failed + 1)); fi
}

ring() {
  name=$1
  shift
  if [ -n "$only" ] && [ "$only" != "$name" ]; then return; fi
  echo "== $name: $*"
  { "$@" 2>&1; echo $? >"$logs/$name.status"; } | tee "$logs/$name.log"
  count "$name" "$logs/$name.log" "$(cat "$logs/$name.status")"
}

ring unit "$BUILD/tests/unit"
for replay in "$BUILD"/tests/replay-*; do
  if [ -x "$replay" ]; then ring "$(basename "$replay")" "$replay" "tests/fuzz/seeds/${replay##*/replay-}"; fi
done
if [ "$(id -u)" = 0 ]; then
  # LSM programs are for the virtual machines: a test that attached them here would bind this machine.
  ring kernel "$BUILD/tests/kernel" --test-suite-exclude=lsm,inactive,unlisted,no_types,lockdown,default
else
  echo "== kernel: skipped: the running kernel's tests need root"
  skipped=$((skipped + 1))
fi
ring checks tests/checks.sh
ring vm tests/vm/lsm.sh $allow_missing
ring types tests/btf/ring.sh $allow_missing # after the guests, whose kernels it takes

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
