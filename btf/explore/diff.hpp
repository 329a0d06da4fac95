// Two kernels of one name can differ where a program looks: a hook goes, an argument is put before another, a member moves.
// Numbers alone do not show it, since every id changes with every build; so hooks and members are compared by their names,
// and their types by what they are in C.
//
// Members of anonymous structs and unions are compared by the path that a program writes, wherever they are nested.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// What became of something from the first to the second kernel.
enum class change : std::uint8_t { came, went, changed };

/// A hook that is not the same in both. The prototypes are C; the one of a kernel that lacks the hook is empty.
struct hook_change {
  change what;
  std::string name;
  std::string before;
  std::string after;
};

/// Where a member is, and as what it is declared ("pid_t tgid").
struct member_view {
  std::uint64_t bit_offset = 0;    ///< from the start of the struct
  std::uint32_t bitfield_bits = 0; ///< 0 when it is no bitfield
  std::string declared;

  bool same_location(const member_view& other) const { return bit_offset == other.bit_offset && bitfield_bits == other.bitfield_bits; }
};

/// A member that is not the same in both: it moved, is of another type, or both. The view of a kernel that lacks it is
/// empty.
struct member_change {
  change what;
  std::string path;
  member_view before;
  member_view after;

  bool moved() const { return what == change::changed && !before.same_location(after); }
  bool retyped() const { return what == change::changed && before.declared != after.declared; }
};

/// A struct or union in both kernels. One that only one of them has came or went, and no members are told.
struct struct_change {
  std::string name;                    ///< with its word: "struct task_struct"
  std::optional<std::uint64_t> before; ///< bytes; none where there is no such struct
  std::optional<std::uint64_t> after;
  std::vector<member_change> members;  ///< in the second kernel's order, those that went last

  bool any() const { return before != after || !members.empty(); }
};

/// The hooks that differ, by name.
std::vector<hook_change> diff_hooks(const types& before, const types& after);

/// The same for one hook; none when both have it alike. Error: unknown_hook when neither has it.
result<std::optional<hook_change>> diff_hook(const types& before, const types& after, std::string_view name);

/// How the struct or union differs, also when it does not (any() is false then). The name may be a typedef's, and have its
/// word before it ("struct file"). Of several with the name each kernel's first counts. Error: unknown_type when neither
/// has it.
result<struct_change> diff_struct(const types& before, const types& after, std::string_view name);

}  // namespace lsmith::btf
