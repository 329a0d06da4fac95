#!/bin/sh
# Tests the test bed itself: guests that succeed, and guests that fail in each possible way, must be reported correctly.
#
#   selftest.sh KERNELSDIR [NAME]        on the kernel called NAME, by default 6.1
set -eu

here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
CXX=${CXX:-g++}
[ $# -ge 1 ] || { sed -n '4s/^# *//p' "$0" >&2; exit 2; }
kernels=$1
name=${2-6.1}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM
passed=0 failed=0

guest=$tmp/selftest_guest
# shellcheck disable=SC2086  # CXX may hold options
$CXX -std=c++23 -static -Os -Wall -Wextra -o "$guest" "$here/selftest_guest.cpp"

# Runs a command for the checks that follow. Its stdout and stderr are stored separately; a failed check prints the command.
run() {
    ran=$*
    status=0
    "$@" >"$tmp/stdout" 2>"$tmp/stderr" || status=$?
}

boot() { run "$here/boot.sh" "$kernels/$name" --file "$guest" "$@"; }

check() {
    sentence=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAILED: $sentence"
    echo "    run: $ran (status $status)"
    sed 's/^/    stderr: /' "$tmp/stderr"
}

ended_with() { [ "$status" = "$1" ]; }
says() { grep -qF -- "$1" "$tmp/stderr"; }
says_nothing() { [ ! -s "$tmp/stderr" ]; }
last_line_is() { [ "$(tail -n 1 "$tmp/stdout")" = "$1" ]; }
same_bytes() { cmp "$1" "$2"; }

# --- A guest that succeeds.

"$guest" bytes >"$tmp/bytes"
printf "[one][two  words][it's]\n[][\"]\n" | cat "$tmp/bytes" - >"$tmp/expected"
boot -- selftest_guest bytes -- selftest_guest print one 'two  words' "it's" -- selftest_guest print '' '"' \
    -- selftest_guest orphan -- selftest_guest loopback
check 'commands that end with 0 are a success' ended_with 0
check 'a success prints nothing to stderr' says_nothing
check 'every byte and every argument arrives' same_bytes "$tmp/expected" "$tmp/stdout"

printf '# a comment\n\n  selftest_guest print "a  b" c\nselftest_guest print "d\n' >"$tmp/commands"
boot --commands "$tmp/commands"
check 'commands may come from a file' last_line_is '[a  b][c]'
check 'a command with an open quote cannot be started' says 'command 2 (selftest_guest print "d) cannot be started'

# --- Commands that fail; those after them must still run.

boot --timeout 2 -- selftest_guest exit 3 -- selftest_guest signal 11 -- selftest_guest hang \
    -- selftest_guest processes -- no_such_program -- selftest_guest print still here
check 'if one command fails and one times out, the status is 4' ended_with 4
check 'a status is reported' says 'command 1 (selftest_guest exit 3) failed with status 3'
check 'a signal is reported' says 'command 2 (selftest_guest signal 11) was ended by signal 11'
check 'a command that hangs is reported' says 'command 3 (selftest_guest hang) was killed after 2 s'
check 'the processes that it started are killed too' [ "$(grep -c 'command 4' "$tmp/stderr")" = 0 ]
check 'a command that does not exist is reported' says 'command 5 (no_such_program) cannot be started: No such file or directory'
check 'the commands after it run' last_line_is '[still][here]'

boot -- selftest_guest exit 3
check 'a failed command has status 1' ended_with 1

# --- Machines that fail.

boot -- selftest_guest print first -- selftest_guest panic
check 'a panic has status 3' ended_with 3
check 'a panic is reported with the command that ran' \
    says 'the kernel crashed during command 2 (selftest_guest panic): Kernel panic - not syncing'
check 'the report of a panic has the lines of the kernel log' says 'sysrq triggered crash'
check 'the output before a panic is kept' last_line_is '[first]'

boot --append rdinit=/nowhere -- selftest_guest print never
check 'a guest that cannot start its init crashes while booting' says 'the kernel crashed while booting: Kernel panic'

run env BOOT_SECONDS=0 "$here/boot.sh" "$kernels/$name" --file "$guest" --timeout 1 -- selftest_guest hang
check 'a machine that takes too long has status 4' ended_with 4
check 'a machine that takes too long is reported' says 'the machine was stopped while booting, after 1 s'

mkdir "$tmp/garbage"
head -c 100000 /dev/zero >"$tmp/garbage/vmlinuz"
run "$here/boot.sh" "$tmp/garbage" --file "$guest" -- selftest_guest exit 0
check 'a file that is no kernel has status 125' ended_with 125
check 'a file that is no kernel is reported' says 'the guest never started'

run "$here/boot.sh" "$tmp" -- selftest_guest exit 0
check 'a kernel that does not exist has status 125' ended_with 125

# --- Options that leave out a mount, choose the LSMs, and copy a result to the host.

boot --append vm.nomount=securityfs --default-lsm -- selftest_guest cat /sys/kernel/security/lsm
check 'a mount can be left out' ended_with 1
boot --append vm.nomount=securtyfs -- selftest_guest exit 0
check 'a misspelt mount is reported' says 'the guest never started: vm.nomount=securtyfs: Invalid argument'
boot --lsm bpf --out "$tmp/result" -- selftest_guest cat /sys/kernel/security/lsm
check 'the security modules can be chosen' [ "$(tr ',' '\n' <"$tmp/stdout" | grep -cE '^(bpf|landlock)$')" = 1 ]
check 'a result that was not written is a failure' ended_with 1
check 'a result that was not written is reported' says 'the guest left no /out'

boot --out "$tmp/result" -- selftest_guest result
check 'a result is copied to the host' ended_with 0
seq -f %07.0f 0 400000 >"$tmp/expected"
check 'the result is complete' same_bytes "$tmp/expected" "$tmp/result"

# --- The ring.

mkdir -p "$tmp/ring/6.1" "$tmp/ring/6.18"
echo 'the mirror is closed' | tee "$tmp/ring/6.1/missing" >"$tmp/ring/6.18/missing"
ln -s "$(cd "$kernels/$name" && pwd)" "$tmp/ring/real"
run "$here/ring.sh" --kernels 6.18 "$tmp/ring" -- -- selftest_guest exit 0
check 'a kernel that is missing counts as failed' last_line_is 'total: 0 passed, 1 failed, 0 skipped'
run "$here/ring.sh" --allow-missing --kernels '6.1 6.18' "$tmp/ring" -- -- selftest_guest exit 0
check 'with --allow-missing it counts as skipped, except 6.1' last_line_is 'total: 0 passed, 1 failed, 1 skipped'
check 'a ring with a failure has status 1' ended_with 1
check 'the reason is reported' grep -q 'skipped: the mirror is closed' "$tmp/stdout"

run "$here/ring.sh" --kernels real "$tmp/ring" -- --file "$guest" -- selftest_guest print no total
check 'a guest without a total line counts as failed' last_line_is 'total: 0 passed, 1 failed, 0 skipped'

printf 'total: 3 passed, 0 failed, 1 skipped\n' >"$tmp/total"
run "$here/ring.sh" --kernels real "$tmp/ring" -- --file "$guest" --file "$tmp/total:/total" \
    -- selftest_guest cat /total -- selftest_guest cat /total
check 'total lines are added up' last_line_is 'total: 6 passed, 0 failed, 2 skipped'
check 'a ring without a failure has status 0' ended_with 0

run "$here/ring.sh" --kernels real "$tmp/ring" -- --file "$guest" --file "$tmp/total:/total" \
    -- selftest_guest cat /total -- selftest_guest signal 9
check 'a guest that fails counts as one failure, whatever its total lines say' last_line_is 'total: 3 passed, 1 failed, 1 skipped'

echo "total: $passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
