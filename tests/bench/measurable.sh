#!/bin/sh
# Prints the kernels of the ring on which benchmarks can run, one name per line. Reports those that are missing on stderr.
#
#   measurable.sh KERNELSDIR [KERNEL...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kernels=$1
shift
# shellcheck disable=SC2046  # a list of names
[ $# -gt 0 ] || set -- $("$here/../vm/kernels.sh" --list)
for name; do
    if [ -e "$kernels/$name/vmlinuz" ]; then echo "$name"; else echo "$name: not measured: the kernel is missing (make kernels)" >&2; fi
done
