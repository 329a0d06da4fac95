// Resolves an object against the BTF of a kernel. One pass over the BTF resolves the relocations of all programs, and their
// values are written into a copy of the code: the object itself does not change. File descriptors of maps stay open, because
// only the loader has them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/resolve/resolve.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// One program as it looks on one kernel.
struct resolved_program {
  std::uint32_t hook_id = 0;          ///< BTF type id of the function it attaches to
  std::vector<isa::insn> code = {};   ///< complete except for maps and open_functions
  std::vector<std::size_t> open_functions = {};  ///< indices into program::relocations: functions that only a module can have
};

/// An object's programs as they look on one kernel, in the object's order.
using resolved_programs = std::vector<resolved_program>;

/// What happens to a relocation to a kernel function that the kernel's own BTF does not have.
enum class unknown_functions : std::uint8_t {
  refuse,   ///< a fault: unknown_function
  keep_open ///< its index is in open_functions, for a caller that can search the BTF of modules
};

/// Resolves every relocation to kernel types and to constants. Faults, all reported together, each with the location of its
/// relocation: a name that the kernel does not have (unknown_hook, unknown_argument, unknown_type, unknown_member, not_a_struct,
/// unknown_enumerator, unknown_function), unknown_constant, relocation_range for a value that does not fit its instruction,
/// instruction_invalid for an instruction without a field for a value, hook_not_decisive (attach_point.hpp). BTF that is damaged
/// or cannot be read is one fault (those of btf::resolve()). `kernel` is used during the call only.
checked<resolved_programs> resolve(const object& whole, btf::source& kernel, unknown_functions how = unknown_functions::refuse);

/// Sets `value` or `failed` of each relocation, as btf::resolve() does. The relocations are valid during the call. An error means
/// that none of them could be resolved.
using relocation_resolver = std::function<result<void>(std::span<btf::relocation>)>;
/// The same with a resolver in place of the kernel's BTF. It is called once.
checked<resolved_programs> resolve(const object& whole, const relocation_resolver& resolver,
                                   unknown_functions how = unknown_functions::refuse);

}  // namespace lsmith
#pragma GCC visibility pop
