#!/bin/sh
# Ring 3: the tests that attach LSM programs, on every kernel of the ring. Each kernel boots six times: with bpf as an active
# LSM; without it, where enforcing must fail; the same without securityfs, where old kernels do not report the active LSMs;
# without sysfs, where no BTF can be read; once for the tests of lockdown; and with the list of LSMs that the kernel was built
# with. One kernel boots once more, for the commands that the pages show. First the test bed itself (boot.sh, ring.sh) is
# tested, once.
#
#   lsm.sh [--allow-missing]
#
# The last line is "total: P passed, F failed, S skipped".
set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
kernels=$BUILD/vm/kernels
logs=$BUILD/tests/logs
mkdir -p "$logs"

"$here/kernels.sh" "$@" "$kernels" || true # ring.sh counts the missing ones

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
  # shellcheck disable=SC2046 # split into words: total: P passed, F failed, S skipped
  set -- $(grep '^total: ' "$logs/vm-$name.log" | tail -n 1)
  [ $# -ge 6 ] || { failed=$((failed + 1)); return; }
  passed=$((passed + $2)) failed=$((failed + $4)) skipped=$((skipped + $6))
}

count bed "$here/selftest.sh" "$kernels"

# Tests also build programs for the BTF of other kernels than the running one.
foreign=
for name in 5.10 6.12 newest; do
  [ -e "$kernels/$name/vmlinuz" ] || continue # missing: ring.sh counts it
  "$here/types.sh" "$kernels/$name" || { echo "$name: FAILED: its types could not be had"; failed=$((failed + 1)); continue; }
  foreign="$foreign --file $kernels/$name/btf:/tests/btf/$name"
done

# In the guests bpftool loads objects of lsmith, written for the BTF of 6.1. It is copied with the libraries that it needs.
needed=
for file in $(command -v bpftool) $(ldd "$(command -v bpftool)" | grep -o '/[^ ]*'); do needed="$needed --file $file:$file"; done
"$here/types.sh" "$kernels/6.1" || { echo "6.1: FAILED: its types could not be had"; failed=$((failed + 1)); }
needed="$needed --file $kernels/6.1/btf:/tests/types-6.1"

# The pages, which tests compare with what programs print, and whose commands they run.
pages="--file $here/../../docs:/docs --file $here/../../README.md:/README.md"

# A program with a signature, for kernels that verify one.
"$here/signed.sh" "$BUILD/vm/signed" || { echo "signed: FAILED: the program could not be signed"; failed=$((failed + 1)); }
for file in code signature certificate; do needed="$needed --file $BUILD/vm/signed/$file:/tests/signed/$file"; done

binaries="--file $BUILD/tests/vm:/tests/vm --file $BUILD/tests/core-alone:/tests/core-alone --file $BUILD/lsmith-static:/bin/lsmith
  --file $BUILD/tests/outside:/tests/outside"
# shellcheck disable=SC2086 # $binaries, $foreign, $needed and $pages are lists of options
{
  # A guest takes some ten minutes, and longer on a busy machine.
  boots active "$@" "$kernels" -- --timeout 1800 --modules $binaries $foreign $needed $pages -- /tests/vm --test-suite-exclude=inactive,unlisted,no_types,lockdown,default,pages -- /tests/outside
  boots pages "$@" --kernels 6.12 "$kernels" -- --timeout 300 $binaries $pages -- /tests/vm --test-suite=pages
  boots inactive "$@" "$kernels" -- --lsm landlock,lockdown $binaries -- /tests/vm --test-suite=inactive
  boots unlisted "$@" "$kernels" -- --lsm landlock,lockdown --append vm.nomount=securityfs $binaries -- /tests/vm --test-suite=unlisted
  boots lockdown "$@" "$kernels" -- $binaries -- /tests/vm --test-suite=lockdown
  boots default "$@" "$kernels" -- --default-lsm $binaries -- /tests/vm --test-suite=default
  boots no-types "$@" "$kernels" -- --append vm.nomount=sysfs,securityfs,cgroup2,bpffs,debugfs,tracefs $binaries -- /tests/vm --test-suite=no_types
}

echo "total: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
