// Where an object meets the types of a kernel. All questions of all its programs are asked in one pass over the BTF, and
// the answers are written into a copy of the code: what was asked for and what a kernel made of it are two values. What
// only the loader knows, the descriptors of maps, stays open.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/resolve/resolve.hpp>

namespace lsmith {

/// One program as it looks on one kernel.
struct resolved_program {
  std::uint32_t hook_id = 0;          ///< BTF type id of the function it attaches to
  std::vector<isa::insn> code = {};   ///< complete but for the maps
  std::vector<std::size_t> open_functions = {};  ///< relocations, by their index, whose functions only modules can have
};

/// An object's programs as they look on one kernel, in the object's order.
using resolved_programs = std::vector<resolved_program>;

/// What becomes of a kernel function that the kernel's own types do not have.
enum class unknown_functions : std::uint8_t {
  refuse,   ///< a fault
  keep_open ///< left to whoever can look into the modules
};

/// Answers every relocation to kernel types and constants. The faults name each hook, argument, type or member that the
/// kernel does not have, at the line that asked for it, and each answer that does not fit its instruction.
checked<resolved_programs> resolve(const object& whole, btf::source& kernel, unknown_functions how = unknown_functions::refuse);

/// The same, where somebody else knows how to answer.
using answering = std::function<result<void>(std::span<btf::relocation>)>;
checked<resolved_programs> resolve(const object& whole, const answering& answer, unknown_functions how = unknown_functions::refuse);

}  // namespace lsmith
