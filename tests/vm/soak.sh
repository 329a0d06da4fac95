#!/bin/sh
# What takes too long for every run, on every kernel of the ring: a policy replaced a thousand times under fire, its rules
# exchanged a hundred times under fire (on two processors as well), and commands killed at hundreds of random moments.
#
#   soak.sh [OPTION OF ring.sh...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}

soak() {
  cases=$1 processors=$2
  shift 2
  "$here/ring.sh" "$@" "$BUILD/vm/kernels" -- --timeout 3600 --smp "$processors" --file "$BUILD/tests/vm:/tests/vm" \
      --file "$BUILD/lsmith-static:/bin/lsmith" -- /tests/vm --no-skip --test-case="$cases"
}

soak "soak:*" 1 "$@"
soak "soak: under load*" 2 "$@"
