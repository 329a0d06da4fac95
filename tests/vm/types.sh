#!/bin/bash
# Copies the BTF of kernels out of guests. In the file of a kernel it is compressed; a running kernel offers it in sysfs.
#
#   types.sh DIRECTORY...
#
# The result is DIRECTORY/btf, next to the kernel. It is made again only if the kernel is newer. The exit status is 1 if one
# could not be copied.
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
