#!/bin/sh
# A thousand programs loaded by one process, on every kernel of the ring.
#
#   thousand.sh [KERNEL...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
[ $# -gt 0 ] || set -- $("$here/../vm/kernels.sh" --list)
for name; do
    if [ ! -e "$BUILD/vm/kernels/$name/vmlinuz" ]; then
        echo "$name: not measured: the kernel is not there (make kernels)"
        continue
    fi
    echo "$name:"
    "$here/../vm/boot.sh" "$BUILD/vm/kernels/$name" --timeout 600 --file "$BUILD/bench/guest/thousand" -- /bin/thousand 2>&1 | sed 's/^/    /'
done
