#!/bin/sh
# Ring 3: the tests of real hooks, on every kernel of the ring. Each kernel starts twice: with bpf among the active LSMs,
# and with a list that leaves it out, where loading must be refused.
#
#   lsm.sh [--allow-missing]
#
# Ends with one line, "tally: P passed, F failed, S skipped".
set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
kernels=$BUILD/vm/kernels
logs=$BUILD/tests/logs
mkdir -p "$logs"

"$here/kernels.sh" "$@" "$kernels" || true # what is missing, the ring counts

passed=0 failed=0 skipped=0
boots() {
  name=$1
  shift
  "$here/ring.sh" "$@" 2>&1 | tee "$logs/vm-$name.log"
  # shellcheck disable=SC2046 # split into words: tally: P passed, F failed, S skipped
  set -- $(grep '^tally: ' "$logs/vm-$name.log" | tail -n 1)
  [ $# -ge 6 ] || { failed=$((failed + 1)); return; }
  passed=$((passed + $2)) failed=$((failed + $4)) skipped=$((skipped + $6))
}

tests="--file $BUILD/tests/vm:/tests/vm --file $BUILD/tests/core-alone:/tests/core-alone --file $BUILD/lsmith-static:/bin/lsmith"
# shellcheck disable=SC2086 # $tests is a list of options
{
  boots active "$@" "$kernels" -- $tests -- /tests/vm --test-suite-exclude=inactive
  boots inactive "$@" "$kernels" -- --lsm landlock,lockdown $tests -- /tests/vm --test-suite=inactive
}

echo "tally: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
