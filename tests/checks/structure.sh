# The order of the house: floors, rooms and files include downwards only, without a circle.
# shellcheck shell=sh

# A file may include its own floor and those below it.
floors_point_down() {
  bad=$(grep -rnE '#include <lsmith/(asm|loader|programs|tests)/' btf
        grep -rnE '#include <lsmith/(loader|programs|tests)/' asm
        grep -rnE '#include <lsmith/(programs|tests)/' loader
        grep -rnE '#include <lsmith/tests/' programs
        grep -rnE '#include "' btf asm loader programs)
  [ -z "$bad" ] || { echo "$bad"; return 1; }
}

# The exact layer includes only base, text and the relocation kinds of btf/.
exact_layer_includes_base() {
  bad=$(grep -nE '#include <lsmith/btf/' -r asm/isa asm/assembler | grep -vE 'btf/((base|text)/|relocation/core_relo_kind\.hpp)')
  [ -z "$bad" ] || { echo "$bad"; return 1; }
}

# All includes of the tree, as pairs of file names.
includes() {
  grep -rnoE '^#include <lsmith/[^>]+>' --include='*.hpp' --include='*.cpp' btf asm loader programs tests |
    sed -E 's/^([^:]+):[0-9]+:#include <lsmith\/([^>]+)>/\1 \2/'
}

# A unit is a header and the sources of the same name.
no_circle_of_units() {
  includes | sed -E 's/\.(hpp|cpp)//g' | awk '$1 != $2' | sort -u | tsort >/dev/null
}

# A room is a directory with its own files, without those of its subdirectories. The umbrella header of a floor (btf/btf.hpp)
# includes all rooms and is in none.
rooms() { includes | grep -vE '^([a-z]+)/\1\.hpp ' | sed -E 's,/[^/ ]+( |$),\1,g' | awk '$1 != $2' | sort -u; }
no_circle_of_rooms() { rooms | tsort >/dev/null; }

# docs/architecture.md shows which room uses which. `make pages` writes it.
room_table() { rooms | grep -v '^tests' | awk -f tests/checks/rooms.awk docs/architecture.md -; }
picture_is_true() {
  room_table >"$work/is"
  if [ -n "${LSMITH_WRITE_PAGES:-}" ]; then
    awk -v table="$work/is" '/^### Which room uses which/ { found = 1 }
      found == 1 && /^```/ { print; while ((getline line < table) > 0) print line; found = 2; next }
      found == 2 && /^```/ { found = 3 }
      found != 2' docs/architecture.md >"$work/page" && cp "$work/page" docs/architecture.md
    return
  fi
  awk '/^### Which room uses which/ { found = 1 } found && /^```/ { if (inside) exit; inside = 1; next } inside' docs/architecture.md >"$work/page"
  diff "$work/page" "$work/is"
}

rooms_are_small() {
  crowded=$(find btf asm loader programs -name '*.[hc]pp' | sed 's,/[^/]*$,,' | sort | uniq -c | awk '$1 > 16')
  [ -z "$crowded" ] || { echo "more than 16 files:"; echo "$crowded"; return 1; }
}

one_door_each() {
  bad=$(grep -rnlE '#include <(libelf|gelf)\.h>' btf asm loader programs | grep -vE '^(btf/elf/elf|asm/elf/file)\.cpp'
        grep -rnl '#include <boost/' btf asm loader programs | grep -v '^programs/cli/'
        grep -rnl 'doctest' btf asm loader programs
        grep -rnlE '#include <bpf/' btf asm loader programs
        grep -rnlE 'sys::bpf\b' btf asm loader programs | grep -vE '^(loader/syscall/calls\.cpp|btf/base/system_call\.hpp)$')
  [ -z "$bad" ] || { echo "$bad"; return 1; }
}

check "the floors point down" floors_point_down
check "the exact layer includes only the base" exact_layer_includes_base
check "no circle of files" no_circle_of_units
check "no circle of rooms" no_circle_of_rooms
check "docs/architecture.md shows which room uses which" picture_is_true
check "no room with more than 16 files" rooms_are_small
check "libelf, Boost, doctest and bpf(2) are used in one place each" one_door_each
