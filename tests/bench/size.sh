#!/bin/sh
# Measures the size that the exact level adds to a static program: one program assembles six instructions, another has them as
# numbers. Both print them, and the outputs must be equal.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
CXX=${CXX:-g++}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in exact bytes; do
    # shellcheck disable=SC2086  # CXX may hold options
    $CXX -std=c++23 -O2 -static -I"$BUILD/include" "tests/bench/size/$name.cpp" "$BUILD/liblsmith.a" -o "$work/$name"
    "$work/$name" >"$work/$name.out"
done
cmp "$work/exact.out" "$work/bytes.out"

section() { size -A "$work/$1" | awk -v name="$2" '$1 == name { print $2 }'; }
added() { echo $(($(section exact "$1") - $(section bytes "$1"))); }
code=$(added .text)
if [ "$code" -lt 4096 ]; then verdict=met; else verdict=missed; fi
printf '%-58s target < %9d %-3s measured %8d %-3s %s\n' "size: code that the exact level adds" 4096 B "$code" B "$verdict"
echo "size: and $(added .rodata) bytes of constants"
