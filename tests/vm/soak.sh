#!/bin/sh
# What takes too long for every run, on every kernel of the ring: a policy replaced a thousand times under fire, and commands killed
# at hundreds of random moments.
#
#   soak.sh [OPTION OF ring.sh...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
exec "$here/ring.sh" "$@" "$BUILD/vm/kernels" -- --timeout 3600 --file "$BUILD/tests/vm:/tests/vm" --file "$BUILD/lsmith-static:/bin/lsmith" \
    -- /tests/vm --no-skip --test-case="soak:*"
