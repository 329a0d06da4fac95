#!/bin/sh
# Measures the time from the start of a process until its policy is enforced, on every kernel of the ring. The contestants run
# in turn, in one boot: a standalone executable, a static program that makes the policy with the library when it starts, the
# static command, and a libbpf skeleton, linked statically. A program that does nothing gives the limit: no loader can be
# faster.
#
#   start.sh [KERNEL...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
CXX=${CXX:-g++}
work=$BUILD/bench/start
source=$here/start
mkdir -p "$work"

clang-19 -O2 -g -target bpf -I"/usr/include/$(gcc -print-multiarch)" -c "$source/theirs.bpf.c" -o "$work/theirs.bpf.o"
bpftool gen skeleton "$work/theirs.bpf.o" name theirs_bpf >"$work/theirs.skel.h"
gcc -O2 -static -s -I"$work" "$source/theirs.c" -lbpf -lelf -lz -o "$work/theirs"
# shellcheck disable=SC2086  # CXX may hold options
$CXX -std=c++23 -O2 -static -s -I"$BUILD/include" "$source/ours.cpp" "$BUILD/liblsmith.a" -o "$work/ours"
# shellcheck disable=SC2086
$CXX -std=c++23 -O2 -I"$BUILD/include" "$source/build_image.cpp" "$BUILD/liblsmith.a" -lelf -lz -o "$work/build_image"
"$work/build_image" executable >"$work/alone"
"$work/build_image" image >"$work/image"
chmod +x "$work/alone"
# shellcheck disable=SC2086
bare() { $CXX -std=c++23 -Os -ffreestanding -fno-exceptions -fno-rtti -fno-stack-protector -fno-pie -fno-threadsafe-statics \
  -DLSMITH_IMAGE="\"$work/image\"" -I"$BUILD/include" -nostdlib -static -no-pie -s "$source/$1.cpp" \
  "$BUILD/core/programs/standalone/freestanding.o" "$BUILD/core/core.o" -Wl,--gc-sections -o "$work/$1"; }
bare nothing
bare counted
# shellcheck disable=SC2086
$CXX -std=c++23 -O2 -static -s "$source/guest.cpp" -o "$work/guest"

# Each kernel is measured twice: by wall-clock time, and by a clock that counts instructions. Other load on this machine has no
# effect on the second, and neither has what the emulator is slow at: new pages and new code.
for name in $("$here/measurable.sh" "$BUILD/vm/kernels" "$@"); do
    version=$(cat "$BUILD/vm/kernels/$name/version")
    reads=0
    [ "$(printf '%s\n6.16\n' "${version%%-*}" | sort -V | head -n 1)" = 6.16 ] || reads=1
    measure() {
        rounds=$1
        shift
        "$here/../vm/boot.sh" "$BUILD/vm/kernels/$name" "$@" --timeout 600 --file "$work/alone" --file "$work/counted" --file "$work/ours" \
            --file "$work/theirs" --file "$work/guest" --file "$work/nothing" --file "$BUILD/lsmith-static:/bin/lsmith" -- \
            /bin/guest $reads "$rounds" 2>&1 | sed 's/^/    /'
    }
    echo "$name, by wall-clock time:"
    measure 25
    echo "$name, by instructions, one per nanosecond:"
    measure 3 --counted
done
