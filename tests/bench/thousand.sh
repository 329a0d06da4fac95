#!/bin/sh
# Loads a thousand programs in one process, on every kernel of the ring.
#
#   thousand.sh [KERNEL...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
for name in $("$here/measurable.sh" "$BUILD/vm/kernels" "$@"); do
    echo "$name:"
    "$here/../vm/boot.sh" "$BUILD/vm/kernels/$name" --timeout 600 --file "$BUILD/bench/guest/thousand" -- /bin/thousand 2>&1 | sed 's/^/    /'
done
