#!/bin/sh
# Lets each fuzzer look for SECONDS, from the inputs that are kept. Stops at the first finding and says where it lies.
#   run.sh SECONDS FUZZER...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
seconds=$1
shift
for fuzzer in "$@"; do
  name=$(basename "$fuzzer")
  corpus=$(dirname "$fuzzer")/corpus/$name
  findings=$(dirname "$fuzzer")/findings/$name
  mkdir -p "$corpus" "$findings"
  echo "== $name, $seconds s"
  "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$findings/" \
    "$corpus" "$here/seeds/$name" 2>"$findings/log" || { tail -n 40 "$findings/log"; echo "$name: a finding lies in $findings"; exit 1; }
  grep 'stat::number_of_executed_units' "$findings/log"
done
