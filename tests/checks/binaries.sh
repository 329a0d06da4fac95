# The core alone, the libraries that binaries are linked with, and a second compiler.
# shellcheck shell=sh

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

check "the core needs only mem* functions" core_needs_only_mem
check "the core runs alone" core_runs_alone
check "nothing is linked with libbpf" no_libbpf
check "the static command is static" static_command_is_static
check "clang compiles the library without warnings and without exceptions" clang_compiles_library
check "clang compiles the command and the tests without warnings" clang_compiles_the_rest
