#!/bin/sh
# Checks what no unit test can: the order of the floors, the core alone, the libraries that binaries are linked with, a second
# compiler, and a program outside the tree that is built against an installed copy.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

passed=0 failed=0
check() {
  name=$1
  shift
  if problem=$("$@" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'failed: %s\n%s\n' "$name" "$problem"
  fi
}

# A file may include its own floor and those below it.
floors_point_down() {
  bad=$(grep -rnE '#include <lsmith/(asm|loader|programs|tests)/' btf
        grep -rnE '#include <lsmith/(loader|programs|tests)/' asm
        grep -rnE '#include <lsmith/(programs|tests)/' loader
        grep -rnE '#include <lsmith/tests/' programs
        grep -rnE '#include "' btf asm loader programs)
  [ -z "$bad" ] || { echo "$bad"; return 1; }
}

# The exact layer includes only base and the relocation kinds of btf/.
exact_layer_includes_base() {
  bad=$(grep -nE '#include <lsmith/btf/' -r asm/isa asm/assembler | grep -vE 'btf/(base/|relocation/core_relo_kind\.hpp)')
  [ -z "$bad" ] || { echo "$bad"; return 1; }
}

one_door_each() {
  bad=$(grep -rnlE '#include <(libelf|gelf)\.h>' btf asm loader programs | grep -vE '^(btf/elf/elf|asm/elf/file)\.cpp'
        grep -rnl '#include <boost/' btf asm loader programs | grep -v '^programs/cli/'
        grep -rnl 'doctest' btf asm loader programs
        grep -rnlE '#include <bpf/' btf asm loader programs
        grep -rnlE 'sys::bpf\b' btf asm loader programs | grep -vE '^(loader/syscall/calls\.cpp|btf/base/system_call\.hpp)$')
  [ -z "$bad" ] || { echo "$bad"; return 1; }
}

core_needs_only_mem() {
  [ -s "$BUILD/core/core.o" ] || { echo "there is no $BUILD/core/core.o"; return 1; }
  undefined=$(nm -u "$BUILD/core/core.o" | awk '{print $2}' | grep -v '^mem')
  [ -z "$undefined" ] || { echo "the core needs: $undefined"; return 1; }
}

core_runs_alone() {
  [ -x "$BUILD/tests/core-alone" ] && [ -z "$(nm -u "$BUILD/tests/core-alone")" ] && "$BUILD/tests/core-alone" socket_create
}

no_libbpf() {
  for binary in "$BUILD/lsmith" "$BUILD/liblsmith.so."*; do
    linked=$(ldd "$binary") || { echo "$binary: no dynamic binary"; return 1; }
    case $linked in *libbpf*) echo "$linked"; return 1 ;; esac
  done
}

static_command_is_static() {
  file "$BUILD/lsmith-static" | grep -q 'statically linked' && "$BUILD/lsmith-static" --version
}

# Every source compiles without a warning with the second compiler. The first argument is one more option.
clang_compiles() {
  option=$1
  shift
  find "$@" -name '*.cpp' -not -path '*/no_compile/*' |
    xargs -n 4 -P 2 clang++-19 -std=c++23 "$option" -fsyntax-only -Wall -Wextra -Wconversion -Werror -I"$BUILD/include" -DLSMITH_VERSION='"0"' -DLSMITH_STANDALONE='""'
}
# The library throws nothing, so programs that use it may be built without exceptions.
clang_compiles_library() { clang_compiles -fno-exceptions btf asm loader; }
clang_compiles_the_rest() { clang_compiles -fexceptions programs tests/asm tests/btf tests/loader tests/programs tests/harness; }

# A program that knows only pkg-config can be built against an installed copy. If it only builds and loads programs, it contains
# neither libelf nor zlib nor Boost, also when it is linked statically.
installed_copy_works() {
  make -s install BUILD="$BUILD" PREFIX="$work/usr" >/dev/null || return 1
  cp tests/outside/tiny_policy.cpp "$work/" && cd "$work" || return 1
  PKG_CONFIG_PATH=$work/usr/lib/pkgconfig
  export PKG_CONFIG_PATH
  # shellcheck disable=SC2046 # words
  g++ -O2 tiny_policy.cpp $(pkg-config --cflags --libs lsmith) -Wl,-rpath,"$work/usr/lib" -o dynamic &&
  g++ -O2 -static tiny_policy.cpp $(pkg-config --cflags lsmith) "$work/usr/lib/liblsmith.a" -o static &&
  ./dynamic --assemble-only && ./static --assemble-only &&
  ! nm static | grep -qE ' (elf_begin|inflate|_ZN5boost)'
}

check "the floors point down" floors_point_down
check "the exact layer includes only the base" exact_layer_includes_base
check "libelf, Boost, doctest and bpf(2) are used in one place each" one_door_each
check "the core needs only mem* functions" core_needs_only_mem
check "the core runs alone" core_runs_alone
check "nothing is linked with libbpf" no_libbpf
check "the static command is static" static_command_is_static
check "clang compiles the library without warnings and without exceptions" clang_compiles_library
check "clang compiles the command and the tests without warnings" clang_compiles_the_rest
check "a program outside the tree is built with pkg-config alone" installed_copy_works

echo "total: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
