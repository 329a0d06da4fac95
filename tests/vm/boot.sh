#!/bin/sh
# Boots a kernel in QEMU, runs commands in the guest, and reports how they ended.
#
#   boot.sh KERNELDIR [OPTION...] -- COMMAND [ARG...] [-- COMMAND [ARG...]]...
#   boot.sh KERNELDIR [OPTION...] --commands FILE       one command per line; '...' and "..." keep blanks together
#
#   --file SRC[:DST]     copy a file or directory into the guest, by default as /bin/NAME; programs must be linked statically
#   --modules            copy the kernel's modules that kernels.sh fetched into the guest, as /modules/NAME.ko
#   --lsm LIST           the active security modules (default landlock,lockdown,bpf); --default-lsm: the kernel's own list
#   --append "WORDS"     more kernel parameters, such as vm.nomount=securityfs,sysfs (see init.cpp)
#   --smp N, --memory M  CPUs (1) and memory (1G)
#   --counted            the guest's clock counts its instructions, one per nanosecond: a measurement has the same result each
#                        time, whatever else this machine does (QEMU's icount; one CPU)
#   --timeout S          the time limit of each command (120); that of the machine is their sum plus BOOT_SECONDS (60)
#   --out FILE           where to put the file /out that the guest writes, up to 256 MiB
#
# stdout is what the commands wrote to stdout and stderr, byte for byte: they have a serial port of their own, apart from the
# kernel's. It transfers about 1 MB/s; --out, a virtual disk, is faster. The port is a terminal (raw, TERM=dumb), so output
# arrives line by line, and the last line before a crash is not lost. Programs print colours only if an option requests them.
#
# stderr has one sentence per failure. The exit status is
#   0    every command ended with 0, and the guest reached its end
#   1    a command failed              3    the kernel crashed: panic, oops, reset
#   2    wrong usage                   4    a command or the machine ran out of time
#   125  no command was run: no guest, no init, nothing to start
#
# Environment: BUILD (the build directory), CXX, BOOT_SECONDS, and ACCEL=tcg|kvm, which skips the test whether KVM works.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
CXX=${CXX:-g++}

usage() {
    echo "boot.sh: $*" >&2
    sed -n '3,16s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

say() { echo "boot.sh: $label: $*" >&2; }

cannot_ask() {
    say "$*"
    exit 125
}

# Init splits words as a shell without escapes does, so a quote is written inside quotes of the other kind.
quote() {
    case $1 in
        *'
'*) usage "a command cannot hold a line break" ;;
        '' | *[!A-Za-z0-9_./=:,+@%^-]*) printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\"'\"'/g")" ;;
        *) printf '%s ' "$1" ;;
    esac
}

add_file() {
    from=${1%%:/*}
    to=/bin/$(basename "$from")
    [ "$from" = "$1" ] || to=/${1#*:/}
    [ -e "$from" ] || usage "--file $from: there is no such file"
    mkdir -p "$guest$(dirname "$to")"
    cp -RL "$from" "$guest$to"
}

add_modules() {
    mkdir -p "$guest/modules"
    for module in "$kernel"/*.ko; do [ ! -e "$module" ] || cp "$module" "$guest/modules"; done
}

build_init() {
    init=$BUILD/vm/init
    [ -z "$(find "$init" -newer "$here/init.cpp" 2>/dev/null)" ] || return 0
    mkdir -p "$BUILD/vm"
    # shellcheck disable=SC2086  # CXX may hold options
    $CXX -std=c++23 -static -Os -s -Wall -Wextra -o "$init.$$" "$here/init.cpp" || cannot_ask "init does not compile"
    mv "$init.$$" "$init"
}

# That /dev/kvm opens does not prove that KVM works: inside some virtual machines a guest hangs in its first instructions. So
# the kernel is booted once as a test, until it panics because it has no root. The result is stored until the host boots again.
choose_accelerator() {
    accel=${ACCEL-}
    [ -z "$accel" ] || return 0
    remembered=$BUILD/vm/accel.$(cat /proc/sys/kernel/random/boot_id)
    if [ ! -e "$remembered" ]; then
        accel=tcg
        if [ -w /dev/kvm ] && timeout 5 qemu-system-x86_64 -accel kvm -cpu max -m 256M -nodefaults -display none -no-reboot \
            -kernel "$kernel/vmlinuz" -append 'quiet panic=-1' >/dev/null 2>&1; then
            accel=kvm
        fi
        echo "$accel" >"$remembered.$$"
        mv "$remembered.$$" "$remembered"
    fi
    accel=$(cat "$remembered")
}

# The kernel parameters: an oops stops the machine at once, and then QEMU exits (-no-reboot). Warnings are logged (loglevel=5).
# no_timer_check: a kernel that counts too few timer ticks while it boots treats the timer as broken and panics. An emulated
# kernel on a busy host counts too few, so it must not check. mitigations=off is not used: it would save time, but it also makes
# the verifier more lenient.
#
# setpriv and timeout stop the machine when the caller ends or the time is over.
run_machine() {
    commands=$(wc -l <"$guest/vm/commands")
    seconds=$((${BOOT_SECONDS:-60} + commands * timeout))
    mkfifo "$tmp/out"
    cat "$tmp/out" &
    reader=$!
    # shellcheck disable=SC2086  # $disk and $counted are lists of options
    setpriv --pdeathsig TERM timeout --kill-after=5 "$seconds" qemu-system-x86_64 \
        -accel "$accel" -cpu max -smp "$smp" -m "$memory" -nodefaults -display none -no-reboot $counted \
        -kernel "$kernel/vmlinuz" -initrd "$tmp/initramfs" \
        -append "console=ttyS0 quiet loglevel=5 panic=-1 oops=panic no_timer_check $lsm vm.timeout=$timeout $append" \
        -serial "file:$tmp/kernel.log" -serial "file:$tmp/out" -serial "file:$tmp/reports" $disk \
        </dev/null >"$tmp/qemu.log" 2>&1 &
    machine=$!
    machine_status=0
    wait "$machine" || machine_status=$?
    machine=
    : 1<>"$tmp/out"  # ends the reader if QEMU never opened its end
    wait "$reader" || true  # our own reader may have gone away
    tr -d '\r' <"$tmp/kernel.log" >"$tmp/kernel" 2>/dev/null || true
    touch "$tmp/reports"
}

command_text() { sed -n "$1{s/ *\$//;p;}" "$guest/vm/commands"; }

# What the machine was doing when it crashed or was stopped.
whereabouts() {
    ended=$(grep -c '^ran ' "$tmp/reports" || true)
    if ! grep -q '^ready' "$tmp/reports"; then
        echo 'while booting'
    elif [ "$ended" -lt "$(wc -l <"$guest/vm/commands")" ]; then
        echo "during command $((ended + 1)) ($(command_text $((ended + 1))))"
    else
        echo 'after the last command'
    fi
}

# The reason that init reported, if it gave up.
excuse() {
    reason=$(sed -n 's/^broken //p' "$tmp/reports")
    echo ": ${reason:-$1}"
}

show() { sed 's/^/    /' >&2; }

# Every oops has a number, such as [#1], whatever its first line is.
fatal='Kernel panic - not syncing|\[#[0-9]+\]|kernel BUG at'

judge_machine() {
    if grep -qE "$fatal" "$tmp/kernel"; then
        say "the kernel crashed $(whereabouts): $(grep -m 1 -E "$fatal" "$tmp/kernel" | sed 's/^\[ *[0-9.]*\] //')"
        grep -m 1 -B 3 -A 60 -E "$fatal" "$tmp/kernel" | show
        exit 3
    elif [ "$machine_status" -ge 124 ]; then
        say "the machine was stopped $(whereabouts), after $seconds s"
        tail -n 5 "$tmp/kernel" | show
        exit 4
    elif ! grep -q '^ready' "$tmp/reports"; then
        say "the guest never started$(excuse "QEMU ended with status $machine_status")"
        cat "$tmp/qemu.log" "$tmp/kernel" | tail -n 10 | show
        exit 125
    elif ! grep -q '^end' "$tmp/reports"; then
        say "the machine crashed $(whereabouts)$(excuse 'without a word from its kernel')"
        exit 3
    fi
}

judge_commands() {
    verdict=0
    while read -r word number how rest; do
        [ "$word" = ran ] || continue
        which="command $number ($(command_text "$number"))"
        case "$how $rest" in
            'exit 0 '*) continue ;;
            exit*) say "$which failed with status ${rest% *}" ;;
            signal*) say "$which was ended by signal ${rest% *}" ;;
            timeout*) say "$which was killed after $timeout s" ;;
            *) say "$which cannot be started: $rest" ;;
        esac
        if [ "$how" = timeout ]; then verdict=4; elif [ "$verdict" = 0 ]; then verdict=1; fi
    done <"$tmp/reports"
}

# Warnings of the kernel are no failure, but they are printed, so that they are seen.
mention_complaints() {
    grep -qE 'BUG: |WARNING: |Out of memory' "$tmp/kernel" || return 0
    say "the kernel complained:"
    grep -E -A 30 'BUG: |WARNING: |Out of memory' "$tmp/kernel" | head -n 60 | show
}

# The first block contains the length of the result; see init.cpp.
keep_result() {
    length=$(head -c 512 "$tmp/disk" | tr -d '\0')
    if [ -z "$length" ]; then
        say "the guest left no /out"
        [ "$verdict" != 0 ] || verdict=1
        return
    fi
    tail -c +513 "$tmp/disk" | head -c "$length" >"$result"
}

[ $# -ge 1 ] || usage "which kernel?"
kernel=$1
shift
label=$(basename "$kernel")
[ -s "$kernel/vmlinuz" ] ||
    cannot_ask "there is no $kernel/vmlinuz: $(cat "$kernel/missing" 2>/dev/null || echo 'kernels.sh fetches it')"

machine=
tmp=$(mktemp -d)
trap '[ -z "$machine" ] || kill "$machine"; rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM
guest=$tmp/guest
mkdir -p "$guest/vm" "$guest/bin"

lsm=lsm=landlock,lockdown,bpf append='' smp=1 memory=1G timeout=120 result='' disk='' counted=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case $1 in
        --default-lsm) lsm= ; shift ; continue ;;
        --modules) add_modules ; shift ; continue ;;
        --counted) counted='-icount shift=0,sleep=off' ; shift ; continue ;;
    esac
    [ $# -ge 2 ] || usage "$1: not an option, or its value is missing"
    case $1 in
        --append) append="$append $2" ;;
        --lsm) lsm=lsm=$2 ;;
        --smp) smp=$2 ;;
        --memory) memory=$2 ;;
        --timeout) timeout=$2 ;;
        --file) add_file "$2" ;;
        --out) result=$2 ;;
        --commands) grep -vE '^[[:blank:]]*(#|$)' "$2" >"$guest/vm/commands" || usage "--commands $2: no command in it" ;;
        *) usage "$1: no such option" ;;
    esac
    shift 2
done
case $timeout in *[!0-9]* | '') usage "--timeout $timeout: not a number of seconds" ;; esac

if [ $# -gt 0 ]; then
    [ ! -e "$guest/vm/commands" ] || usage "commands come from --commands or after --, not both"
    shift
    for word in "$@" --; do
        if [ "$word" = -- ]; then echo; else quote "$word"; fi
    done >"$guest/vm/commands"
fi
[ -s "$guest/vm/commands" ] || usage "which command?"
! grep -qE '^ *$' "$guest/vm/commands" || usage "a command is empty"

if [ -n "$result" ]; then
    truncate -s 256M "$tmp/disk"
    disk="-drive if=none,id=out,format=raw,file=$tmp/disk -device nvme,drive=out,serial=out"
fi
command -v qemu-system-x86_64 >/dev/null || cannot_ask "qemu-system-x86_64 is not installed"
build_init
choose_accelerator
[ -z "$counted" ] || accel=tcg
cp "$BUILD/vm/init" "$guest/init"
(cd "$guest" && find . | cpio --quiet -o -H newc -R 0:0) >"$tmp/initramfs"

run_machine
judge_machine
judge_commands
mention_complaints
[ -z "$result" ] || keep_result
exit "$verdict"
