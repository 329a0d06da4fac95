// Other loaders than lsmith support only CO-RE relocations. So an object file for them is written for one kernel's BTF. What
// CO-RE can express becomes a CO-RE record, which they resolve again on every kernel. The rest, argument slots and constants,
// is resolved in the code: the file is valid on every kernel that resolves it to the same values.
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/encode/local_types.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::elf {

/// How the file represents a relocation.
enum class way : std::uint8_t {
  symbol,  ///< as an ELF relocation: maps, calls, and what only lsmith can resolve
  baked,   ///< resolved in the code
  core,    ///< resolved in the code, and again by the loader through a CO-RE record
};

/// How to represent a relocation of this code if a kernel's BTF is given. CO-RE can patch the offsets of loads and stores, and
/// the immediates of arithmetic and of 64-bit loads of a number (bpf_core_patch_insn in tools/lib/bpf/relo_core.c). The
/// relocation's slot must be in the code.
way way_of(const relocation& open, std::span<const isa::insn> code);

/// A CO-RE record that has no section and offset yet.
struct core_record {
  std::size_t program;  ///< index in the object
  std::uint32_t slot;
  btf::core_relo_kind kind;
  bool worded = false;  ///< the type was written with its keyword: "struct file"
  btf::core_access access = {};
};

/// An object resolved against one kernel's BTF.
struct resolved_object {
  resolved_programs programs = {};              ///< in the object's order
  std::vector<core_record> core_relocations = {};  ///< the CO-RE records, in the order of programs and of their relocations
};

/// Resolves the object against `kernel`. Adds the types that the records refer to to `types`. `local` must have been made for
/// the same kernel. Faults: those of resolve(), and kind_unknown for an existence relocation to something that this kernel
/// does not have: no type can then be written for its record.
checked<resolved_object> resolve_for_kernel(const object& whole, btf::local_types& local, const btf::types& kernel,
                                            btf::encoder& types);

}  // namespace lsmith::elf
