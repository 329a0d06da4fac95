#!/bin/sh
# `make demo`: boots a stock kernel and shows a policy that denies a system call.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
kernel=$BUILD/vm/kernels/6.12

"$here/kernels.sh" "$BUILD/vm/kernels" 6.12
if [ ! -x "$BUILD/vm/demo" ] || [ -n "$(find "$here/demo_guest.cpp" -newer "$BUILD/vm/demo")" ]; then
  ${CXX:-g++} -std=c++23 -static -Os -s -o "$BUILD/vm/demo" "$here/demo_guest.cpp"
fi
exec "$here/boot.sh" "$kernel" --file "$BUILD/vm/demo:/bin/demo" --file "$BUILD/lsmith-static:/bin/lsmith" \
  --modules -- /bin/demo
