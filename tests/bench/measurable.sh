#!/bin/sh
# The kernels of the ring that benches can be run on, a name a line; of one that is not there it says so.
#
#   measurable.sh KERNELSDIR [KERNEL...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kernels=$1
shift
# shellcheck disable=SC2046  # a list of names
[ $# -gt 0 ] || set -- $("$here/../vm/kernels.sh" --list)
for name; do
    if [ -e "$kernels/$name/vmlinuz" ]; then echo "$name"; else echo "$name: not measured: the kernel is not there (make kernels)" >&2; fi
done
