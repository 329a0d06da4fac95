#!/bin/sh
# Measures each way to read the kernel's BTF, on every kernel of the ring. Streaming has a target where BTF cannot be mapped
# (before 6.16).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
CXX=${CXX:-g++}
guest=$BUILD/vm/ways
# shellcheck disable=SC2086  # CXX may hold options
$CXX -std=c++23 -O2 -static -I"$BUILD/include" "$here/../vm/ways_guest.cpp" "$BUILD/liblsmith.a" -o "$guest"
for name in $("$here/measurable.sh" "$BUILD/vm/kernels" "$@"); do
    echo "$name:"
    "$here/../vm/boot.sh" "$BUILD/vm/kernels/$name" --file "$guest" -- /bin/ways
done
