#!/bin/bash
# Runs the same commands on every kernel of the ring, each in a guest of its own, and adds up what the test programs counted.
#
#   ring.sh [--allow-missing] [--kernels "6.1 6.12"] KERNELSDIR -- ARG...     the ARGs go to boot.sh, after the kernel
#
# A test program ends with the line "tally: P passed, F failed, S skipped". Every such line counts; what a kernel printed comes
# out behind its name, when its guest is done; then a table, and one tally of all kernels as the last line.
#
# A test that did not run must not look like one that passed. So these count as one failure:
#   - a kernel without a guest, for whatever reason; with --allow-missing one that kernels.sh could not get is skipped
#     instead, but never 6.1 and 6.12
#   - a guest that printed no tally, or only tallies of nothing
#   - a guest that failed although its tallies did not
#
# The status is 0 if nothing failed, 2 for wrong usage, else 1. JOBS guests run side by side (as many as there are processors,
# but two at most: on two processors the ring then takes 10 s instead of 17).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
JOBS=${JOBS:-$(($(nproc) < 2 ? 1 : 2))}

usage() {
    echo "ring.sh: $*" >&2
    echo 'usage: ring.sh [--allow-missing] [--kernels "NAMES"] KERNELSDIR -- ARGUMENTS OF boot.sh' >&2
    exit 2
}

is_forgiven() {
    [[ -n $allow_missing && -e $kernels/$1/missing && $1 != 6.1 && $1 != 6.12 ]]
}

# Adds up the tallies in what a guest printed: "passed failed skipped", or nothing if there is none.
add_tallies() {
    sed -n 's/^tally: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$@" |
        awk '{ p += $1; f += $2; s += $3 } END { if (NR) print p, f, s }'
}

# Prints "passed failed skipped verdict" for a guest that ended with status $1 and printed the file $2.
judge() {
    local passed failed skipped verdict=ok
    read -r passed failed skipped <<<"$(add_tallies "$2")"
    case $1 in
        0) ;;
        1) verdict='failed' ;;
        3) verdict='the kernel went down' ;;
        4) verdict='ran out of time' ;;
        *) verdict='did not run' ;;
    esac
    if (($1 == 0 && ${passed:-0} + ${failed:-0} + ${skipped:-0} == 0)); then
        verdict='counted no test'
        failed=1
    elif (($1 == 0 && failed > 0)); then
        verdict='failed'
    elif (($1 != 0 && ($1 != 1 || ${failed:-0} == 0))); then
        failed=$((${failed:-0} + 1))
    fi
    echo "${passed:-0} ${failed:-0} ${skipped:-0} $verdict"
}

# Leaves one row of the table in $results/NAME; its output is shown in one piece.
run_kernel() {
    local name=$1 status=0 start=$EPOCHREALTIME counts version=-
    shift
    if is_forgiven "$name"; then
        echo "$name - 0 0 0 1 skipped: $(<"$kernels/$name/missing")" >"$results/$name"
        return
    fi
    setpriv --pdeathsig TERM "$here/boot.sh" "$kernels/$name" "$@" >"$results/$name.out" 2>&1 || status=$?
    counts=$(judge "$status" "$results/$name.out")
    [[ ! -e $kernels/$name/version ]] || version=$(<"$kernels/$name/version")
    echo "$name $version $(((${EPOCHREALTIME/./} - ${start/./}) / 100000)) $counts" >"$results/$name"
    # shellcheck disable=SC2016  # $0 of awk
    flock "$results" awk -v name="$name" '{ print name " | " $0 }' "$results/$name.out"
}

print_table() {
    local name version tenths passed failed skipped verdict
    printf '\n%-8s %-30s %8s %8s %8s %8s  %s\n' kernel version seconds passed failed skipped status
    for name in $names; do
        read -r name version tenths passed failed skipped verdict <"$results/$name"
        printf '%-8s %-30s %6d.%d %8d %8d %8d  %s\n' "$name" "$version" $((tenths / 10)) $((tenths % 10)) \
            "$passed" "$failed" "$skipped" "$verdict"
    done
}

allow_missing=
names=$("$here/kernels.sh" --list)
while [[ ${1-} == --* ]]; do
    case $1 in
        --allow-missing) allow_missing=yes ;;
        --kernels)
            names=${2-}
            shift
            ;;
        *) usage "$1: no such option" ;;
    esac
    shift
done
[[ $# -ge 2 && $2 == -- && -n $names ]] || usage 'which kernels, and what to run?'
kernels=$1
shift 2

results=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$results"' EXIT
trap 'exit 130' HUP INT TERM

for name in $names; do
    while (($(jobs -rp | wc -l) >= JOBS)); do wait -n || true; done
    run_kernel "$name" "$@" &
done
wait

print_table
# shellcheck disable=SC2086  # one word per kernel
(cd "$results" && cat $names) | awk '{ p += $4; f += $5; s += $6 }
    END { printf "tally: %d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }'
