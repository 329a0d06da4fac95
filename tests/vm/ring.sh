#!/bin/bash
# Runs the same commands on every kernel of the ring, each in a guest of its own, and adds up the results of the test programs.
#
#   ring.sh [--allow-missing] [--kernels "6.1 6.12"] KERNELSDIR -- ARG...     the ARGs go to boot.sh, after the kernel
#
# A test program ends with the line "total: P passed, F failed, S skipped". All these lines are added up. When a guest has
# ended, its output is printed, each line after the name of the kernel. Then a table follows. The last line is the total of all
# kernels.
#
# A test that did not run must not look like one that passed. So each of these counts as one failure:
#   - a kernel whose guest did not run; with --allow-missing a kernel that kernels.sh could not fetch is skipped instead,
#     except 6.1 and 6.12
#   - a guest without a total line, or whose total lines add up to zero
#   - a guest that failed although its total lines have no failure
#
# The exit status is 0 if nothing failed, 2 for wrong usage, else 1. JOBS guests run at the same time (as many as there are
# CPUs, but at most two: on two CPUs the ring takes 10 s instead of 17).
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

# Adds up the total lines of a guest's output: prints "passed failed skipped", or nothing if there is no such line.
add_totals() {
    sed -n 's/^total: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$@" |
        awk '{ p += $1; f += $2; s += $3 } END { if (NR) print p, f, s }'
}

# Prints "passed failed skipped verdict" for a guest that ended with status $1 and whose output is in file $2.
judge() {
    local passed failed skipped verdict=ok
    read -r passed failed skipped <<<"$(add_totals "$2")"
    case $1 in
        0) ;;
        1) verdict='failed' ;;
        3) verdict='the kernel crashed' ;;
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

# Writes one row of the table to $results/NAME, and prints the guest's output without mixing it with that of others.
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
    END { printf "total: %d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }'
