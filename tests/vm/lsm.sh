#!/bin/sh
# Ring 3: the tests of real hooks, on every kernel of the ring. Each kernel starts six times: with bpf among the active
# LSMs; with a list that leaves it out, where loading must be refused; the same without securityfs, where old kernels do not
# tell; without sysfs, where there are no types to read; once to be locked down; and with the list it was built with.
# Before them the test bed itself is tested, once.
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
  count "$name" "$here/ring.sh" "$@"
}

count() {
  name=$1
  shift
  "$@" 2>&1 | tee "$logs/vm-$name.log"
  # shellcheck disable=SC2046 # split into words: tally: P passed, F failed, S skipped
  set -- $(grep '^tally: ' "$logs/vm-$name.log" | tail -n 1)
  [ $# -ge 6 ] || { failed=$((failed + 1)); return; }
  passed=$((passed + $2)) failed=$((failed + $4)) skipped=$((skipped + $6))
}

count bed "$here/selftest.sh" "$kernels"

# Programs are also built against the types of kernels that do not run.
foreign=
for name in 5.10 6.12 newest; do
  [ -e "$kernels/$name/vmlinuz" ] || continue # missing: the ring counts it
  "$here/types.sh" "$kernels/$name" || { echo "$name: FAILED: its types could not be had"; failed=$((failed + 1)); continue; }
  foreign="$foreign --file $kernels/$name/btf:/tests/btf/$name"
done

# bpftool, with whatever it is linked with, loads our objects in the guests; they are written for the types of 6.1.
needed=
for file in $(command -v bpftool) $(ldd "$(command -v bpftool)" | grep -o '/[^ ]*'); do needed="$needed --file $file:$file"; done
"$here/types.sh" "$kernels/6.1" || { echo "6.1: FAILED: its types could not be had"; failed=$((failed + 1)); }
needed="$needed --file $kernels/6.1/btf:/tests/types-6.1"

binaries="--file $BUILD/tests/vm:/tests/vm --file $BUILD/tests/core-alone:/tests/core-alone --file $BUILD/lsmith-static:/bin/lsmith
  --file $BUILD/tests/outside:/tests/outside"
# shellcheck disable=SC2086 # $binaries, $foreign and $needed are lists of options
{
  # Killing a command after each of its system calls takes its time on a busy machine.
  boots active "$@" "$kernels" -- --timeout 900 --modules $binaries $foreign $needed -- /tests/vm --test-suite-exclude=inactive,unlisted,no_types,lockdown,default -- /tests/outside
  boots inactive "$@" "$kernels" -- --lsm landlock,lockdown $binaries -- /tests/vm --test-suite=inactive
  boots unlisted "$@" "$kernels" -- --lsm landlock,lockdown --append vm.nomount=securityfs $binaries -- /tests/vm --test-suite=unlisted
  boots lockdown "$@" "$kernels" -- $binaries -- /tests/vm --test-suite=lockdown
  boots default "$@" "$kernels" -- --default-lsm $binaries -- /tests/vm --test-suite=default
  boots no-types "$@" "$kernels" -- --append vm.nomount=sysfs,securityfs,cgroup2,bpffs,debugfs,tracefs $binaries -- /tests/vm --test-suite=no_types
}

echo "tally: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
