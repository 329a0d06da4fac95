#!/bin/sh
# Measures allow-egress with different numbers of rules, on every kernel of the ring. Targets: enforcing a million rules takes
# at most 1.3 times as long as the map updates alone, and the cost of a decision does not depend on the number of rules. The
# guests' clock counts instructions, one per nanosecond.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}

"$here/../vm/ring.sh" --allow-missing "$BUILD/vm/kernels" -- --counted --memory 3G --timeout 900 --file "$BUILD/bench/guest/egress" -- /bin/egress |
    awk '
        $3 == "egress" && $4 == 0 { printf "%s: a connection without a policy takes %d ns\n", $1, $8; next }
        $3 == "egress" {
            ratio = $6 / $7
            if ($4 == 1000) small = $8
            met = ""
            if ($4 == 1000000) met = (ratio <= 1.3 && $8 <= 1.05 * small) ? "  met" : "  missed"
            printf "%s: %7d rules: read in %.0f ms, enforced in %.0f ms, map updates alone %.0f ms (x%.2f), a connection %d ns%s\n",
                   $1, $4, $5 / 1000, $6 / 1000, $7 / 1000, ratio, $8, met
        }'
