#!/bin/sh
# Tests that take too long for every run, on every kernel of the ring: a policy is replaced a thousand times and its rules are
# replaced a hundred times while denied calls are made (the latter also on two CPUs); commands are killed at hundreds of random
# moments.
#
#   soak.sh [OPTION OF ring.sh...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}

soak() {
  cases=$1 cpus=$2
  shift 2
  "$here/ring.sh" "$@" "$BUILD/vm/kernels" -- --timeout 3600 --smp "$cpus" --file "$BUILD/tests/vm:/tests/vm" \
      --file "$BUILD/lsmith-static:/bin/lsmith" -- /tests/vm --no-skip --test-case="$cases"
}

soak "soak:*" 1 "$@"
soak "soak: under load*" 2 "$@"
