# What a user gets who installs lsmith: headers, libraries, and what they export. $BUILD/tests/installed is an installed copy.
# shellcheck shell=sh
installed=$BUILD/tests/installed
umbrellas='btf/btf asm/asm loader/loader programs/programs'
strict='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror'

# Compiles a text of C++ against the installed headers; the other arguments are the compiler and its options.
compile_text() {
  text=$1
  shift
  printf '%s\n' "$text" | "$@" -std=c++23 -fsyntax-only -I"$installed/include" -x c++ -
}

each_header_compiles_alone() {
  find "$installed/include" -name '*.hpp' -printf '%P\n' | sort |
    xargs -P 2 -I @ sh -c 'printf "#include <@>\n" | g++ -std=c++23 -fsyntax-only -I"$0/include" -x c++ - || { echo @; exit 255; }' "$installed"
}

# A user may compile with more warnings than we do, and with another compiler.
headers_are_clean() {
  for umbrella in $umbrellas; do
    for compiler in g++ clang++-19; do
      # shellcheck disable=SC2086 # words
      compile_text "#include <lsmith/$umbrella.hpp>" "$compiler" $strict || return 1
    done
  done
}

# Public names alone: those of namespace lsmith, each of which a public header declares.
exported() { nm -DC --defined-only "$BUILD/liblsmith.so."*; }
only_public_names() {
  foreign=$(exported | cut -d' ' -f3- | grep -vE '(^|[ *&])lsmith::|^(vtable|typeinfo|typeinfo name|guard variable) for lsmith::')
  [ -z "$foreign" ] || { echo "exported: $foreign"; return 1; }
  # The last word before the parameters: lsmith::loader::enforce(…) is enforce.
  exported | cut -d' ' -f3- | sed -E 's/\[abi:cxx11\]//; s/\(.*//; s/<.*//; s/.*:://' | grep -E '^[a-z_0-9]+$' | sort -u |
    while read -r name; do
      grep -rqw --include='*.hpp' -e "$name" "$installed/include" || echo "no public header has '$name'"
    done | grep . && return 1
  [ "$(exported | wc -l)" -gt 100 ]
}

# Everything that inline functions of public headers need is exported: emit all of them, and link with the shared library.
headers_need_only_exported_names() {
  printf '#include <lsmith/programs/programs.hpp>\nint main() {}\n' |
    g++ -std=c++23 -O0 -fkeep-inline-functions -I"$installed/include" -x c++ - -L"$installed/lib" -llsmith -Wl,-rpath,"$installed/lib" -o "$work/all" &&
    "$work/all"
}

# A program that knows only pkg-config can be built against an installed copy. If it only builds and loads programs, it contains
# neither libelf nor zlib nor Boost, also when it is linked statically.
installed_copy_works() {
  flags=$(PKG_CONFIG_PATH=$installed/lib/pkgconfig pkg-config --cflags --libs lsmith) || return 1
  # shellcheck disable=SC2086 # words
  g++ -O2 "$installed/share/doc/lsmith/examples/tiny_policy.cpp" $flags -Wl,-rpath,"$installed/lib" -o "$work/dynamic" &&
    "$work/dynamic" --assemble-only && "$BUILD/tests/outside" --assemble-only &&
    ! nm "$BUILD/tests/outside" | grep -qE ' (elf_begin|inflate|_ZN5boost)'
}

examples_compile() {
  for example in "$installed"/share/doc/lsmith/examples/*.cpp; do
    g++ -std=c++23 -fsyntax-only -Wall -Wextra -I"$installed/include" "$example" || return 1
  done
}

# An installed copy is stripped, and `make uninstall` leaves nothing.
uninstall_leaves_nothing() {
  file "$installed/bin/lsmith" "$installed"/lib/liblsmith.so.*.*.* | grep -q 'not stripped' && { echo "not stripped"; return 1; }
  make -s install BUILD="$BUILD" PREFIX=/opt/lsmith LIBDIR=/opt/lsmith/lib64 DESTDIR="$work/root" >/dev/null &&
    [ -e "$work/root/opt/lsmith/lib64/liblsmith.so" ] && [ -e "$work/root/opt/lsmith/share/doc/lsmith/docs/errors.md" ] &&
    grep -q '^libdir=/opt/lsmith/lib64$' "$work/root/opt/lsmith/lib64/pkgconfig/lsmith.pc" &&
    make -s uninstall BUILD="$BUILD" PREFIX=/opt/lsmith LIBDIR=/opt/lsmith/lib64 DESTDIR="$work/root" >/dev/null || return 1
  left=$(find "$work/root" -not -type d)
  [ -z "$left" ] || { echo "left: $left"; return 1; }
}

check "each installed header compiles alone" each_header_compiles_alone
check "installed headers have no warnings, with either compiler" headers_are_clean
check "the shared library exports public names alone" only_public_names
check "the shared library exports what inline functions need" headers_need_only_exported_names
check "a program outside the tree is built with pkg-config alone" installed_copy_works
check "the installed examples compile" examples_compile
check "uninstall removes what install has put" uninstall_leaves_nothing
