#!/bin/sh
# Finding a hook where the types must be read, on the kernels of the ring that cannot map them (before 6.16).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
CXX=${CXX:-g++}
guest=$BUILD/vm/streaming
# shellcheck disable=SC2086  # CXX may hold options
$CXX -std=c++23 -O2 -static -I"$BUILD/include" "$here/../vm/streaming_guest.cpp" "$BUILD/liblsmith.a" -o "$guest"
for name in 5.10 6.1 6.12; do
    if [ ! -e "$BUILD/vm/kernels/$name/vmlinuz" ]; then
        echo "$name: not measured: the kernel is not there (make kernels)"
        continue
    fi
    printf '%s: ' "$name"
    "$here/../vm/boot.sh" "$BUILD/vm/kernels/$name" --file "$guest" -- /bin/streaming
done
