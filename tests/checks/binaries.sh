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

# Every source compiles without a warning with the second compiler. The first argument is one more option. The headers of the
# standard library and of doctest, which take half of the time, are precompiled.
clang_compiles() {
  option=$1
  shift
  options="-std=c++23 $option -Wall -Wextra -Wconversion -Werror"
  {
    echo '#include <doctest/doctest.h>'
    printf '#include <%s>\n' algorithm array chrono expected filesystem fstream functional map memory optional span sstream string vector
  } >"$work/standard.hpp"
  # shellcheck disable=SC2086 # a list of options
  clang++-19 $options -x c++-header "$work/standard.hpp" -o "$work/standard.pch" || return 1
  # shellcheck disable=SC2086
  find "$@" -name '*.cpp' -not -path '*/no_compile/*' |
    xargs -n 4 -P 2 clang++-19 $options -fsyntax-only -include-pch "$work/standard.pch" -I"$BUILD/include" -DLSMITH_VERSION='"0"' -DLSMITH_STANDALONE='""'
}
# The library throws nothing, so programs that use it may be built without exceptions.
clang_compiles_library() { clang_compiles -fno-exceptions btf asm loader; }
clang_compiles_the_rest() { clang_compiles -fexceptions programs tests/asm tests/btf tests/loader tests/programs tests/harness; }

# A standalone executable contains only the sentences of the causes that the core reports: core_causes in btf/base/error.cpp.
core_reports_its_causes() {
  sed -n '/core_causes\[\] = {/,/};/p' btf/base/error.cpp | grep -o 'cause::[a-z0-9_]*' | sort -u >"$work/listed"
  [ -s "$work/listed" ] || { echo "btf/base/error.cpp has no core_causes"; return 1; }
  # The files that the core is compiled from, by the compiler's own lists.
  find "$BUILD/core" -name '*.d' -exec cat {} + | tr -s ' \\' '\n' | sed "s|^$BUILD/include/lsmith/||; s|:\$||" | sort -u |
    grep -E '^(btf|asm|loader|programs)/.*pp$' | grep -v '^btf/base/error\.' | while read -r file; do [ ! -f "$file" ] || echo "$file"; done |
    xargs grep -oh 'cause::[a-z0-9_]*' | sort -u >"$work/reported"
  diff "$work/listed" "$work/reported" || { echo "(< in core_causes, > in the sources of the core)"; return 1; }
}

check "the core needs only mem* functions" core_needs_only_mem
check "the core runs alone" core_runs_alone
check "the core's sentences are those of the causes that it reports" core_reports_its_causes
check "nothing is linked with libbpf" no_libbpf
check "the static command is static" static_command_is_static
check "clang compiles the library without warnings and without exceptions" clang_compiles_library
check "clang compiles the command and the tests without warnings" clang_compiles_the_rest
