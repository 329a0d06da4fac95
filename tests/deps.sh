#!/bin/sh
# The packages that a Debian machine needs to build lsmith, to test it and to boot kernels. The first list is for the build, the
# second for the tests: tools to compare with, and virtual machines. Missing packages are installed if this runs as root, else
# listed.
set -eu

build="make g++ pkg-config libelf-dev zlib1g-dev libboost-program-options-dev doctest-dev"
tools="clang-19 libclang-rt-19-dev llvm-19 bpftool libbpf-dev file qemu-system-x86 cpio gzip xz-utils busybox-static ca-certificates openssl"

command -v dpkg-query >/dev/null || { echo "deps: no dpkg here; needed are: $build $tools"; exit 0; }

# Tests compare texts and bytes with the newest LLVM that is packaged, according to the machine's package lists.
newest_llvm() { apt-cache pkgnames llvm- 2>/dev/null | grep -xE 'llvm-[0-9]+' | sort -t- -k2n | tail -n 1; }

find_missing() {
  missing=
  for package in $build $tools $(newest_llvm); do
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
