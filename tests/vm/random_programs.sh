#!/bin/sh
# Loads NUMBER random programs of the typed level on the oldest and on the newest kernel of the ring: more than an ordinary test
# run has time for.
#
#   random_programs.sh NUMBER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
number_file=$BUILD/tests/dsl-programs
names=$("$here/kernels.sh" --list)

mkdir -p "$BUILD/tests"
echo "$1" >"$number_file"
# shellcheck disable=SC2086 # a list of names
set -- $names
first=$1
for last; do :; done
BUILD=$BUILD "$here/ring.sh" --kernels "$first $last" "$BUILD/vm/kernels" -- --timeout 7200 \
  --file "$number_file:/tests/dsl-programs" --file "$BUILD/tests/vm:/tests/vm" -- /tests/vm --test-case="dsl: random programs*"
