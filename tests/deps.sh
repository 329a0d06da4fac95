#!/bin/sh
# What a Debian machine needs to build lsmith, test it and boot kernels. The first list builds; the second holds the
# independent judges and the test bed. Missing packages are installed when this runs as root, else named.
set -eu

build="make g++ pkg-config libelf-dev zlib1g-dev libboost-program-options-dev doctest-dev"
judges="clang-19 libclang-rt-19-dev llvm-19 bpftool libbpf-dev file qemu-system-x86 cpio gzip xz-utils busybox-static ca-certificates"

command -v dpkg-query >/dev/null || { echo "deps: no dpkg here; needed are: $build $judges"; exit 0; }

# The newest LLVM that is packaged judges texts and bytes; the machine's lists of packages say which.
newest_llvm() { apt-cache pkgnames llvm- 2>/dev/null | grep -xE 'llvm-[0-9]+' | sort -t- -k2n | tail -n 1; }

find_missing() {
  missing=
  for package in $build $judges $(newest_llvm); do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
}

find_missing
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "deps: missing:$missing"
  echo "deps: as root: apt-get install --no-install-recommends$missing"
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null
find_missing
echo "deps: installing:$missing"
# shellcheck disable=SC2086 # one word a package
apt-get install -q -y --no-install-recommends $missing >/dev/null
