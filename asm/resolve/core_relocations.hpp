// Loaders other than lsmith know only CO-RE's questions. So a file for them is written with one kernel's types at hand: what
// CO-RE has words for becomes a CO-RE record, which they ask anew of every kernel; the rest, slots of arguments and constants,
// stands answered in the code, and the file holds for every kernel that gives the same answers.
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

/// How a relocation goes into the file.
enum class way : std::uint8_t {
  symbol,  ///< as a relocation of the file: maps, calls, and what nobody but lsmith can fill in
  baked,   ///< answered in the code
  core,    ///< answered in the code, and asked again by a CO-RE record
};

/// The way for a relocation of this code once a kernel's types are known. CO-RE reaches the offsets of loads and stores, and
/// the immediates of arithmetic and 64-bit loads (bpf_core_patch_insn in tools/lib/bpf/relo_core.c).
way way_of(const relocation& open, std::span<const isa::insn> code);

/// A record that is still without its section and offset.
struct core_relocation {
  std::size_t program;
  std::uint32_t slot;
  btf::core_relo_kind kind;
  bool worded = false;  ///< the type was written with its word, "struct file"
  btf::core_access access = {};
};

/// What one kernel answers to an object.
struct answers {
  resolved_programs programs = {};         ///< the code with its answers
  std::vector<core_relocation> questions = {};
};

/// Asks. The types that the records refer to go into `types`. Faults: those of resolve(), and kind_unknown for a question
/// about the existence of something that this kernel does not have.
checked<answers> answer(const object& whole, btf::local_types& local, const btf::types& kernel, btf::encoder& types);

}  // namespace lsmith::elf
