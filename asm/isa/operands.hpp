// The operands of mnemonics: numbers, memory, labels, and names that resolve() replaces by a number. An operand keeps the value
// as it was written. Nothing is truncated: the assembler checks whether the value fits, and reports the source line if it does
// not.
#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <string_view>
#include <type_traits>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/registers.hpp>
#include <lsmith/asm/isa/relocation.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

struct code;

/// What can be written as a number: any integer, or an enumerator of an unscoped enum.
template <class T>
concept numeric = std::integral<T> || (std::is_enum_v<T> && std::is_convertible_v<T, std::int64_t>);

/// An integer as it was written.
struct number {
  std::int64_t value = 0;
  bool beyond = false;  ///< the number is 2^63 or more; `value` is then the number minus 2^64

  constexpr number() = default;
  template <numeric T>
  constexpr number(T written)  // any integer is a number
      : value(static_cast<std::int64_t>(written)), beyond(value < 0 && !(written < T{})) {}
};

// ------------------------------------------------------------------------------------------------------------ names --

/// A name in place of a number: it becomes a relocation, which is resolved at load. The strings are not owned and must live
/// until finish(). A reference carries a pointer to the function that makes its relocation, so that a binary whose listings
/// have no names does not contain that function.
struct reference {
  /// Adds the name to finished code: as a relocation, or as the record of a function.
  using keeper = void (*)(const reference& name, std::uint32_t slot, code& in);

  keeper keep = nullptr;  ///< null: there is no name
  relocation_source from = relocation_source::kernel_types;
  btf::core_relo_kind kind = btf::core_relo_kind::field_byte_offset;  ///< only for kernel_types
  std::string_view type = {};  ///< `type` and `name`: as core_relo_kind.hpp says for the kind; of a map or constant only `name`
  std::string_view name = {};
  std::source_location where = {};

  /// True if there is a name, so that the number is still open.
  constexpr bool open() const { return keep != nullptr; }
  /// The same reference with another name.
  constexpr reference of(std::string_view other) const { return {keep, from, kind, type, other, where}; }
};

/// The keeper of names: appends a relocation to the code, with copies of the strings.
void keep_name(const reference& name, std::uint32_t slot, code& in);
/// The keeper of functions: appends a function record to the code.
void keep_function(const reference& name, std::uint32_t slot, code& in);

/// A relocation against the kernel's BTF, in place of an immediate or a displacement. The kind says what `type` and `name` are
/// (core_relo_kind.hpp). A wrong name, or a value that does not fit its instruction (relocation_range), is a fault of resolve(),
/// not of the assembler.
constexpr reference relocate(btf::core_relo_kind kind, std::string_view type, std::string_view name,
                             std::source_location where = std::source_location::current()) {
  return {keep_name, relocation_source::kernel_types, kind, type, name, where};
}

/// Bytes from the start of the context to the argument of that name, of the program's own hook.
constexpr reference argument(std::string_view name, std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::argument_slot, {}, name, where);
}
/// Bytes from the start of the context to the return value of the previous program, the slot after the hook's last argument.
constexpr reference previous_retval(std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::previous_retval, {}, {}, where);
}
/// Bytes from the start of a struct to a member. A path names a member of a member: "f_path.dentry". It does not lead through
/// pointers.
constexpr reference field(std::string_view type, std::string_view path,
                          std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::field_byte_offset, type, path, where);
}
/// The size of a member in bytes.
constexpr reference field_size(std::string_view type, std::string_view path,
                               std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::field_byte_size, type, path, where);
}
/// 1 if the struct has such a member, else 0.
constexpr reference field_exists(std::string_view type, std::string_view path,
                                 std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::field_exists, type, path, where);
}
/// The size of a type in bytes.
constexpr reference type_size(std::string_view type, std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::type_size, type, {}, where);
}
/// 1 if the kernel has such a type, else 0.
constexpr reference type_exists(std::string_view type, std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::type_exists, type, {}, where);
}
/// The type's id in the kernel's BTF.
constexpr reference type_id(std::string_view type, std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::type_id_target, type, {}, where);
}
/// The value of an enumerator.
constexpr reference enumerator(std::string_view type, std::string_view name,
                               std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::enumval_value, type, name, where);
}
/// 1 if the enum has such an enumerator, else 0.
constexpr reference enumerator_exists(std::string_view type, std::string_view name,
                                      std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::enumval_exists, type, name, where);
}
/// The value of a constant of the object (object::constants), which is set before load. Without one: unknown_constant.
constexpr reference constant(std::string_view name, std::source_location where = std::source_location::current()) {
  return {keep_name, relocation_source::constant, btf::core_relo_kind::field_byte_offset, {}, name, where};
}

/// A kfunc by name: a kernel function that programs may call (5.13+; of a module: 5.16+).
struct kfunc {
  reference name;
  constexpr explicit kfunc(std::string_view function, std::source_location where = std::source_location::current())
      : name(relocate(btf::core_relo_kind::function_id, {}, function, where)) {}
};

/// A second operand that is not a register: a number, or a name that is resolved to one.
struct immediate {
  number value = {};
  reference name = {};

  template <numeric T>
  constexpr immediate(T written) : value(written) {}
  constexpr immediate(number written) : value(written) {}
  constexpr immediate(const reference& named) : name(named) {}
};

// ----------------------------------------------------------------------------------------------------------- memory --

/// A register plus a displacement in bytes, as in r1 + 8. The displacement must fit 16 bits, signed.
struct address {
  r_source base = {};
  number displacement = {};
  reference name = {};

  constexpr address(r_source start) : base(start) {}
  constexpr address(r_source start, number bytes) : base(start), displacement(bytes) {}
  constexpr address(r_source start, const reference& named) : base(start), name(named) {}
};

template <numeric T>
constexpr address operator+(r_source base, T bytes) {
  return {base, number(bytes)};
}
template <numeric T>
constexpr address operator-(r_source base, T bytes) {
  const number up(bytes);
  // 2^63 and more cannot be negated in 64 bits. INT64_MAX replaces them: it is as much out of range.
  return {base, up.beyond || up.value == INT64_MIN ? number(INT64_MAX) : number(-up.value)};
}
constexpr address operator+(r_source base, const reference& named) { return {base, named}; }

/// `bits` of memory at an address. A load zero-extends it to 64 bits.
template <unsigned bits>
struct memory {
  address at;
};

/// `bits` of memory at an address that contain a signed number. A load sign-extends it to 64 bits (6.6+).
template <unsigned bits>
struct signed_memory {
  address at;
};

/// Makes a memory operand of an address: mem64[r1 + 8].
template <class Memory>
struct memory_at {
  constexpr Memory operator[](const address& at) const { return {at}; }
};

inline constexpr memory_at<memory<8>> mem8{};
inline constexpr memory_at<memory<16>> mem16{};
inline constexpr memory_at<memory<32>> mem32{};
inline constexpr memory_at<memory<64>> mem64{};
inline constexpr memory_at<signed_memory<8>> mems8{};
inline constexpr memory_at<signed_memory<16>> mems16{};
inline constexpr memory_at<signed_memory<32>> mems32{};

// ----------------------------------------------------------------------------------------------------------- labels --

/// A point of a program. assembler::new_label makes it; the assembler keeps its name.
struct label {
  std::uint32_t owner = 0;  ///< the number of the assembler that made it; 0: no label
  std::uint32_t id = 0;  ///< an index into that assembler's labels
  std::source_location made = {};

  constexpr explicit operator bool() const { return owner != 0; }
};

/// The target of a jump: a label, or a distance in slots from the next instruction. A distance must fit 16 bits, signed; in gotol
/// and calls 32.
struct jump_target {
  label to = {};
  number slots = {};

  constexpr jump_target(const label& point) : to(point) {}
  constexpr jump_target(number distance) : slots(distance) {}
  template <numeric T>
  constexpr jump_target(T distance) : slots(distance) {}
};

// ----------------------------------------------------------------------------------- other operands of 64-bit loads --

/// What a 64-bit load can load in place of a number: a map, a map's value, a kernel variable or a function.
struct wide_operand {
  std::uint8_t source = pseudo_source::number;  ///< the load's source register field, BPF_PSEUDO_*
  std::int32_t low = 0;  ///< the immediate of the first slot
  std::int32_t high = 0;  ///< the immediate of the second slot
  reference name = {};
  label function = {};
};

/// The map of the object that has this name. Without one: unknown_map, from check().
constexpr wide_operand map_fd(std::string_view name, std::source_location where = std::source_location::current()) {
  return {pseudo_source::map_fd, 0, 0, {keep_name, relocation_source::map, {}, {}, name, where}, {}};
}
/// The map of a file descriptor. The descriptor is not owned and must be open when the program is loaded.
constexpr wide_operand map_fd(std::int32_t descriptor) { return {pseudo_source::map_fd, descriptor, 0, {}, {}}; }

/// The map at an index of the load's fd_array (5.14+).
constexpr wide_operand map_index(std::int32_t index) { return {pseudo_source::map_index, index, 0, {}, {}}; }

/// The address of byte `offset` of the first value of an array map, a map of the object by name (5.2+).
constexpr wide_operand map_value(std::string_view name, std::uint32_t offset,
                                 std::source_location where = std::source_location::current()) {
  return {pseudo_source::map_value,
          0,
          static_cast<std::int32_t>(offset),
          {keep_name, relocation_source::map_value, {}, {}, name, where},
          {}};
}
/// The same for the array map of a file descriptor.
constexpr wide_operand map_value(std::int32_t descriptor, std::uint32_t offset) {
  return {pseudo_source::map_value, descriptor, static_cast<std::int32_t>(offset), {}, {}};
}
/// The same for the array map at an index of the load's fd_array (5.14+).
constexpr wide_operand map_value_index(std::int32_t index, std::uint32_t offset) {
  return {pseudo_source::map_value_index, index, static_cast<std::int32_t>(offset), {}, {}};
}
/// The address of a kernel variable by the id of its VAR; `module_btf` is a descriptor of a module's BTF (5.12+), 0 for the
/// kernel's own. The descriptor is not owned and must be open when the program is loaded.
constexpr wide_operand btf_id(std::int32_t id, std::int32_t module_btf = 0) {
  return {pseudo_source::btf_id, id, module_btf, {}, {}};
}
/// The address of a function of this program, for helpers that take a callback (5.13+).
constexpr wide_operand function_address(const label& entry) { return {pseudo_source::function, 0, 0, {}, entry}; }

/// The same by distance: in slots, counted from the load's second slot.
constexpr wide_operand function_address(std::int32_t slots) { return {pseudo_source::function, slots, 0, {}, {}}; }

}  // namespace lsmith::isa
#pragma GCC visibility pop
