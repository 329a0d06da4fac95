// Compares the hooks and structs of two kernels: a hook may be removed, an argument inserted, a member moved. Type ids change
// with every build and cannot be compared. So hooks and members are compared by name, and their types by their C declarations.
//
// Members of anonymous structs and unions are compared by the path that a program writes, at any depth of nesting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/types/types.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// The change from the first to the second kernel: added, removed, or different in both.
enum class change : std::uint8_t { added, removed, changed };

/// A hook that differs. `before` and `after` are its prototypes in C; empty for a kernel without the hook.
struct hook_change {
  change what;
  std::string name;
  std::string before;
  std::string after;
};

/// The location of a member, and its C declaration ("pid_t tgid").
struct member_view {
  std::uint64_t bit_offset = 0;    ///< from the start of the struct
  std::uint32_t bitfield_bits = 0; ///< 0 when it is not a bitfield
  std::string declared;

  bool same_location(const member_view& other) const {
    return bit_offset == other.bit_offset && bitfield_bits == other.bitfield_bits;
  }
};

/// A member that differs: it is added or removed, it moved, it has another type, or both. The view is empty for a kernel
/// without the member.
struct member_change {
  change what;
  std::string path;
  member_view before;
  member_view after;

  bool moved() const { return what == change::changed && !before.same_location(after); }
  bool retyped() const { return what == change::changed && before.declared != after.declared; }
};

/// The comparison of a struct or union. If only one kernel has it, one of the sizes is none and `members` is empty.
struct struct_change {
  std::string name;                    ///< with its keyword: "struct task_struct"
  std::optional<std::uint64_t> before; ///< size in bytes; none if the kernel has no such struct
  std::optional<std::uint64_t> after;
  std::vector<member_change> members;  ///< in the order of the second kernel, then the removed ones

  /// Whether anything differs.
  bool any() const { return before != after || !members.empty(); }
};

/// The hooks that differ, sorted by name.
std::vector<hook_change> diff_hooks(const types& before, const types& after);

/// The same for one hook; none when it is equal in both. Error: unknown_hook when neither kernel has it.
result<std::optional<hook_change>> diff_hook(const types& before, const types& after, std::string_view name);

/// Compares a struct or union; any() of the result is false when it is equal in both. `name` may be that of a typedef, and may
/// have a keyword before it ("struct file"). If several types have the name, the first of each kernel is compared. Error:
/// unknown_type when neither kernel has it.
result<struct_change> diff_struct(const types& before, const types& after, std::string_view name);

}  // namespace lsmith::btf
#pragma GCC visibility pop
