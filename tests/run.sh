#!/bin/sh
# Runs all three rings of tests and adds up their results. The last line is "N passed, N failed, N skipped".
#   ring 1  unit tests, no privilege
#   ring 2  tests on the running kernel (needs root), and checks of the build itself
#   ring 3  stock distribution kernels in virtual machines, where LSM programs are attached (their BTF is also read on the host
#           and compared with bpftool and clang)
# A kernel that did not run is a failure. With --allow-missing it is counted as skipped, with its reason, except 6.1 and 6.12,
# which are packages of this release.
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
rm -f "$logs"/*.log

# Adds the numbers of a ring's "total:" line. A ring without such a line has failed.
count() {
  name=$1 log=$2 status=$3
  total=$(grep '^total: ' "$log" | tail -n 1)
  if [ -z "$total" ]; then
    echo "$name: ended with status $status and without a total"
    failed=$((failed + 1))
    return
  fi
  # total: P passed, F failed, S skipped
  # shellcheck disable=SC2086 # split into words
  set -- $total
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
  # LSM programs are attached in the virtual machines only: here they would apply to this machine.
  ring kernel "$BUILD/tests/kernel" --test-suite-exclude=lsm,inactive,unlisted,no_types,lockdown,default,pages
else
  echo "== kernel: skipped: the running kernel's tests need root"
  skipped=$((skipped + 1))
fi
ring checks tests/checks.sh
ring vm tests/vm/lsm.sh $allow_missing
ring attacks tests/attacks/table.sh "$logs/vm-active.log" # after the guests, which have tried them
ring types tests/btf/ring.sh $allow_missing # after the guests: it needs their kernels

# The ten slowest tests of all rings. In a log of guests, each line begins with the name of the kernel.
slowest() {
  for log in "$logs"/*.log; do
    case $log in */vm-*) continue ;; esac # vm.log has all of them
    ring=$(basename "$log" .log)
    sed -n "s/^\(\([^ ]*\) | \)\{0,1\}slow: \([0-9.]*\) s \(.*\)/\3 s  $ring \2: \4/p" "$log"
  done | sort -rn | head -n 10 | sed 's/ : /: /'
}
echo "the slowest ten tests:"
slowest

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
