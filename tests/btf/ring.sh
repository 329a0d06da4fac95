#!/bin/bash
# Compares the BTF of every kernel of the ring with two independent tools. bpftool, which uses libbpf, must print the same
# types as lsmith, for the kernel and for one of its modules. clang must compile the C header of the whole kernel, with every
# size and offset that bpftool prints.
#
#   ring.sh [--allow-missing]
#
# The BTF of a kernel is copied out of its guest once and stored next to the kernel. bpftool and clang do not run in the
# guests, so this runs on the host. The last line is "total: P passed, F failed, S skipped". A tool that is not installed is
# skipped. A kernel without BTF fails. With --allow-missing a kernel that could not be downloaded is skipped, except 6.1 and
# 6.12.
set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=${BUILD:-$here/../../build}
export CXX=${CXX:-g++} BUILD
kernels=$BUILD/vm/kernels
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
allow_missing=${1-}

passed=0 failed=0 skipped=0
pass() { passed=$((passed + 1)); }
skip() { skipped=$((skipped + 1)); echo "$name: skipped: $*"; }
fail() { failed=$((failed + 1)); echo "$name: FAILED: $*"; }

# Gets the BTF of the kernel from a guest that copies it out.
fetch() {
    types=$kernels/$name/btf
    "$here/../vm/types.sh" "$kernels/$name"
}

find_clang() {
    for clang in clang-19 clang; do
        ! command -v "$clang" >/dev/null || return 0
    done
    clang=
}

# Makes static assertions from bpftool's text, for each struct and union with a name. The second type with the same name is
# printed as name___2, and so on. Bitfields have no offset in C.
assertions() {
    awk '
        BEGIN { print "#define BPF_NO_PRESERVE_ACCESS_INDEX\n#include \"kernel.h\"" }
        function quoted(text) { sub(/^[^\047]*\047/, "", text); sub(/\047.*/, "", text); return text }
        function number(key) { match($0, key "=[0-9]+"); return substr($0, RSTART + length(key) + 1, RLENGTH - length(key) - 1) }
        /^\[/ {
            name = quoted($0); word = $2 == "UNION" ? "union " : "struct "
            asserted = 0
            if ($2 !~ /^(STRUCT|UNION|ENUM|ENUM64)$/ || name == "(anon)") next
            if (++seen[name] > 1) name = name "___" seen[name]
            asserted = $2 == "STRUCT" || $2 == "UNION"
            if (asserted) print "_Static_assert(sizeof(" word name ") == " number("size") ", \"" word name "\");"
            next
        }
        asserted && /bits_offset=/ && !/bitfield_size=/ && !/\(anon\)/ {
            member = quoted($0)
            print "_Static_assert(__builtin_offsetof(" word name ", " member ") == " number("bits_offset") / 8 ", \"" word name "." member "\");"
        }' "$1"
}

compare_dump() {
    command -v bpftool >/dev/null || { skip "bpftool is not installed"; return 1; }
    bpftool btf dump file "$types" >"$work/theirs" 2>"$work/errors" || { fail "bpftool: $(head -n 1 "$work/errors")"; return 1; }
    "$BUILD/lsmith" btf dump --btf "$types" --format raw >"$work/ours" || { fail "lsmith btf dump"; return 1; }
    if cmp -s "$work/ours" "$work/theirs"; then
        pass
        echo "$name: $(grep -c '^\[' "$work/ours") types, as bpftool prints them"
    else
        fail "the types are not those that bpftool reads"
        diff "$work/ours" "$work/theirs" | head -n 6
    fi
}

# Compares the split BTF of a module, which continues the kernel's. Modules have BTF since 5.11.
compare_module() {
    module=$kernels/$name/af_alg.ko
    [ -e "$module" ] || return
    if ! bpftool -B "$types" btf dump file "$module" >"$work/theirs.module" 2>"$work/errors"; then
        [ "$name" = 5.10 ] || fail "bpftool on a module: $(head -n 1 "$work/errors")"
        return
    fi
    "$BUILD/lsmith" btf dump --btf "$module" --base "$types" --format raw >"$work/ours.module" || { fail "lsmith btf dump --base"; return; }
    if cmp -s "$work/ours.module" "$work/theirs.module" && [ -s "$work/ours.module" ]; then
        pass
        echo "$name: $(grep -c '^\[' "$work/ours.module") types of a module over it, as bpftool prints them"
    else
        fail "the types of a module are not those that bpftool reads"
        diff "$work/ours.module" "$work/theirs.module" | head -n 6
    fi
}

compile_module_header() {
    if [ -z "$clang" ] || [ ! -s "$work/ours.module" ]; then return; fi
    "$BUILD/lsmith" btf dump --btf "$module" --base "$types" --format c >"$work/module.h" || { fail "lsmith btf dump --base --format c"; return; }
    if (cd "$work" && "$clang" -target bpf -fsyntax-only -Wno-everything -ferror-limit=5 -x c module.h) 2>"$work/errors" &&
        [ "$(grep -c ^struct "$work/module.h")" -ge "$(grep -c ^struct "$work/kernel.h")" ]; then
        pass
        echo "$name: the C header of the module compiles, and has the kernel's structs"
    else
        fail "the C header of a module"
        head -n 12 "$work/errors"
    fi
}

compile_header() {
    [ -n "$clang" ] || { skip "clang is not installed"; return; }
    "$BUILD/lsmith" btf dump --btf "$types" --format c >"$work/kernel.h" || { fail "lsmith btf dump --format c"; return; }
    assertions "$work/theirs" >"$work/assertions.c"
    count=$(grep -c _Static_assert "$work/assertions.c")
    if [ "$count" -lt 10000 ]; then
        fail "only $count assertions: bpftool's text reads otherwise than expected"
    elif (cd "$work" && "$clang" -target bpf -fsyntax-only -Wno-everything -ferror-limit=5 assertions.c) 2>"$work/errors"; then
        pass
        echo "$name: the C header compiles, and $count sizes and offsets hold"
    else
        fail "the C header"
        head -n 12 "$work/errors"
    fi
}

find_clang
for name in $("$here/../vm/kernels.sh" --list); do
    if [ "$allow_missing" = --allow-missing ] && [ -e "$kernels/$name/missing" ] && [ "$name" != 6.1 ] && [ "$name" != 6.12 ]; then
        skip "$(cat "$kernels/$name/missing")"
    elif ! fetch; then
        fail "its types could not be had"
    elif compare_dump; then
        compile_header
        compare_module
        compile_module_header
        rm -f "$work/ours.module"
    fi
done
echo "total: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
