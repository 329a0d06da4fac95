#!/bin/bash
# The types of kernels, out of guests that copy them: a kernel's file holds them packed, only the kernel itself tells.
#
#   types.sh FOLDER...
#
# Leaves them beside each kernel as FOLDER/btf, where they stay until the kernel is a newer one. Status 1 if one could not
# be had.
set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
CXX=${CXX:-g++}

copy=$BUILD/vm/copy
mkdir -p "$BUILD/vm"
# shellcheck disable=SC2086  # CXX may hold options
[ "$copy" -nt "$here/copy_guest.cpp" ] || $CXX -std=c++23 -static -Os -s -o "$copy" "$here/copy_guest.cpp" || exit 1

status=0
for directory in "$@"; do
    [ ! "$directory/btf" -nt "$directory/vmlinuz" ] || continue
    "$here/boot.sh" "$directory" --file "$copy" --out "$directory/btf.new" -- /bin/copy /sys/kernel/btf/vmlinux /out &&
        mv "$directory/btf.new" "$directory/btf" || status=1
done
exit $status
