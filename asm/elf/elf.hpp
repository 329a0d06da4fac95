// An object as a relocatable ELF file, laid out as BPF compilers do it, so that other tools can load, list and dump it:
//
//   lsm/socket_create   the programs of one hook; lsm.s/ if sleepable, lsm_cgroup/ if attached to a cgroup, fmod_ret/ if
//                       BPF_MODIFY_RETURN attaches them to the function that calls all LSMs (attach_point.hpp)
//   .text               the functions that programs call, in the order of the programs
//   .rel...             relocations: maps and calls as in any BPF object file, kernel functions (.ksyms)
//   .maps, license      the maps, described by their types in .BTF; the license
//   .BTF, .BTF.ext      functions and source lines
//   .lsmith             what ELF cannot represent: constants, the locations of names; text, one fact per line (notes.hpp)
//
// A relocation that only lsmith can resolve refers to an undefined symbol with its name, such as "argument(family)". Tools
// that list the file show the name. Other loaders fail and report it, instead of running a program with a zero there.
//
// Other loaders can load the file if it was written with a kernel's types (elf_options::kernel). Then .BTF.ext has CO-RE
// records, and what CO-RE cannot express is resolved for that kernel. The file is valid on every kernel on which these
// relocations have the same values (object_file::resolved).
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

#pragma GCC visibility push(default)
namespace lsmith {

/// How an object is written. Nothing in it is owned; it is used only during the call.
struct elf_options {
  /// The types of the kernel that the file is for, so that any loader can load it; null: only lsmith can resolve everything.
  const btf::types* kernel = nullptr;
  /// The kernel's name in the file: its release, or where its types came from.
  std::string_view kernel_name = {};
  lsmith::statements statements = lsmith::statements::read;  ///< the texts of source lines
};

/// The object as an ELF file. Faults: what check() finds; jump_nowhere for a jump from one function into another;
/// unknown_hook, hook_not_decisive, unknown_name, unknown_constant and not_a_file for names that the file cannot represent;
/// value_unfit for maps, programs and names that it cannot represent, or too many sections; elf_invalid for an error of
/// libelf or no memory; with a kernel's types also what resolve() finds, and kind_unknown.
checked<std::vector<std::byte>> write_elf(const object& whole, const elf_options& chosen = {});

/// The same, into `to`, an empty file that is open for reading and writing. If the object has faults nothing is written.
checked<void> write_elf(const object& whole, const fd& to, const elf_options& chosen = {});

/// A relocation that was resolved when the file was written: its value is in the file's code.
struct resolved_name {
  std::string relocation = {};  ///< its name, and its hook or type: "argument(family) of socket_create"
  std::int64_t value = 0;

  bool operator==(const resolved_name&) const = default;
};

/// An object that was read from a file. Locations in `content` point into `file_names`, also those of a copy, so the
/// object_file that was read must outlive them. It may be moved.
struct object_file {
  object content = {};
  std::string kernel = {};                    ///< elf_options::kernel_name; empty: written without a kernel's types
  std::vector<resolved_name> resolved = {};   ///< each once; the file is valid on every kernel with the same values
  std::forward_list<std::string> file_names = {};
};

/// Reads what write_elf wrote. The bytes are not needed afterwards. Relocations that were resolved for a kernel are
/// unresolved again in the object. Faults: elf_invalid with the offset at which the file contradicts itself, a BTF cause if
/// .BTF or .BTF.ext does, and what check() finds in the object.
checked<object_file> read_elf(bytes file);

}  // namespace lsmith
#pragma GCC visibility pop
