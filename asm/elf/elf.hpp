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
//
// With a kernel's types at hand (elf_options) the file is for other loaders too: .BTF.ext has CO-RE records, and what these
// cannot say is answered for that kernel. It holds on every kernel that gives the same answers (object_file::answered).
#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/debug/source_text.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith {

/// How an object is written.
struct elf_options {
  /// The types of the kernel that the file is for, so that any loader can load it; null: only lsmith can ask what is open.
  const btf::types* kernel = nullptr;
  /// How the file calls that kernel: its release, or where its types came from.
  std::string_view kernel_name = {};
  lsmith::statements statements = lsmith::statements::read;  ///< the texts of source lines
};

/// The object as an ELF file. Faults: what check() finds; jump_nowhere for a jump from one function into another;
/// unknown_hook and unknown_name for words that the file could not hold; value_unfit for maps and programs that it cannot hold; with a kernel's types what resolve() finds, and
/// kind_unknown.
checked<std::vector<std::byte>> write_elf(const object& whole, const elf_options& chosen = {});

/// The same, into an empty file that is open for reading and writing. With faults nothing is written.
checked<void> write_elf(const object& whole, const fd& to, const elf_options& chosen = {});

/// An answer that stands in a file's code, as in "argument(family) of socket_create": 0.
struct resolved_name {
  std::string relocation = {};
  std::int64_t value = 0;

  bool operator==(const resolved_name&) const = default;
};

/// An object that was read, and the names of files that its places point to.
struct object_file {
  object content = {};
  std::string kernel = {};                    ///< the one the file was written for; empty: for lsmith alone
  std::vector<resolved_name> resolved = {};   ///< each once: the file holds on every kernel that answers the same
  std::forward_list<std::string> file_names = {};
};

/// Reads what write_elf wrote. The fault is elf_invalid with the offset at which the file contradicts itself, or what
/// check() finds in what was read.
checked<object_file> read_elf(bytes file);

}  // namespace lsmith
