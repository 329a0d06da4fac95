// An object as a relocatable ELF file, as compilers of BPF make them, so that other tools can load, list and dump it:
//
//   lsm/socket_create   the programs of one hook; lsm.s/ for those that sleep, lsm_cgroup/ for those of a cgroup
//   .text               the functions that programs call, one program's behind another's
//   .rel...             what is open: maps and calls as everybody has them, kernel functions (.ksyms)
//   .maps, license      the maps, described by their types in .BTF
//   .BTF, .BTF.ext      functions and source lines
//   .lsmith             what ELF has no place for: constants, where names were written; text, one fact a line
//
// A number that only lsmith knows how to ask for is a relocation to an undefined symbol with its name, say
// "argument(socket_create, family)". Tools that list the file show that name; loaders that do not know it refuse the file
// and say so, instead of running a program with a zero in it.
#pragma once

#include <cstddef>
#include <forward_list>
#include <string>
#include <vector>

#include <lsmith/asm/object.hpp>
#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith {

/// The object as an ELF file. Faults: what check() finds; jump_nowhere for a jump from one function into another;
/// unknown_hook and unknown_name for words that the file could not hold.
checked<std::vector<std::byte>> write_elf(const object& whole);

/// An object that was read, and the names of files that its places point to.
struct object_file {
  object content = {};
  std::forward_list<std::string> file_names = {};
};

/// Reads what write_elf wrote. The fault is elf_invalid with the offset at which the file contradicts itself, or what
/// check() finds in what was read.
checked<object_file> read_elf(bytes file);

}  // namespace lsmith
