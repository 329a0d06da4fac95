// What stands beside a mnemonic: numbers, memory, labels, and names that get their number when the object meets a kernel.
// An operand keeps what was written, not what was encoded. Whether it fits is decided by the assembler, which can name
// the line, so nothing is cut to size on the way.
#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <string_view>
#include <type_traits>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/registers.hpp>
#include <lsmith/asm/isa/relocation.hpp>

namespace lsmith::isa {

struct code;

/// What a number may be written as: any integer, or an enumerator of a plain enum.
template <class T>
concept numeric = std::integral<T> || (std::is_enum_v<T> && std::is_convertible_v<T, std::int64_t>);

/// An integer as it was written.
struct number {
  std::int64_t value = 0;
  bool beyond = false;  ///< the value is 2^63 or more, and `value` is it minus 2^64

  constexpr number() = default;
  template <numeric T>
  constexpr number(T written)  // any integer is a number
      : value(static_cast<std::int64_t>(written)), beyond(value < 0 && !(written < T{})) {}
};

// ------------------------------------------------------------------------------------------------------------ names --

/// A name that stands where a number goes. It is answered when the object meets a kernel or, for a constant, at load.
/// The texts are not owned; they live until the listing is finished. A name brings along what makes a relocation of it, so
/// programs without names have none of that in their binaries.
struct reference {
  /// What finished code has of a name, or of a function that has one.
  using keeper = void (*)(const reference& name, std::uint32_t slot, code& in);

  keeper keep = nullptr;  ///< null: there is no name
  relocation_source from = relocation_source::kernel_types;
  btf::core_relo_kind kind = btf::core_relo_kind::field_byte_offset;
  std::string_view type = {};
  std::string_view name = {};
  std::source_location where = {};

  constexpr bool open() const { return keep != nullptr; }
  constexpr reference of(std::string_view other) const { return {keep, from, kind, type, other, where}; }
};

/// Puts a relocation into the code; the keeper of names.
void keep_name(const reference& name, std::uint32_t slot, code& in);
/// Puts a record into the code; the keeper of functions.
void keep_function(const reference& name, std::uint32_t slot, code& in);

/// A question to the kernel's types, where an immediate or a displacement stands.
constexpr reference relocate(btf::core_relo_kind kind, std::string_view type, std::string_view name,
                              std::source_location where = std::source_location::current()) {
  return {keep_name, relocation_source::kernel_types, kind, type, name, where};
}

/// Bytes from the context's start to the argument of the program's own hook.
constexpr reference argument(std::string_view name, std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::argument_slot, {}, name, where);
}
/// Bytes from the context's start to what the program before this one answered, behind the hook's last argument.
constexpr reference previous_retval(std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::previous_retval, {}, {}, where);
}
/// Bytes from the start of a struct to a member; a path goes through members: "mm.start_brk".
constexpr reference field(std::string_view type, std::string_view path,
                          std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::field_byte_offset, type, path, where);
}
/// The size of a member in bytes.
constexpr reference field_size(std::string_view type, std::string_view path,
                               std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::field_byte_size, type, path, where);
}
/// 1 where the struct has such a member, else 0.
constexpr reference field_exists(std::string_view type, std::string_view path,
                                 std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::field_exists, type, path, where);
}
/// The size of a type in bytes.
constexpr reference type_size(std::string_view type, std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::type_size, type, {}, where);
}
/// 1 where the kernel has such a type, else 0.
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
/// 1 where the enum has such an enumerator, else 0.
constexpr reference enumerator_exists(std::string_view type, std::string_view name,
                                      std::source_location where = std::source_location::current()) {
  return relocate(btf::core_relo_kind::enumval_exists, type, name, where);
}
/// A constant of the object, set before load.
constexpr reference constant(std::string_view name, std::source_location where = std::source_location::current()) {
  return {keep_name, relocation_source::constant, btf::core_relo_kind::field_byte_offset, {}, name, where};
}

/// A kernel function that programs may call, by name.
struct kfunc {
  reference name;
  constexpr explicit kfunc(std::string_view function, std::source_location where = std::source_location::current())
      : name(relocate(btf::core_relo_kind::function_id, {}, function, where)) {}
};

/// A second operand that is no register: a number, or a name that becomes one.
struct immediate {
  number value = {};
  reference name = {};

  template <numeric T>
  constexpr immediate(T written) : value(written) {}
  constexpr immediate(number written) : value(written) {}
  constexpr immediate(const reference& named) : name(named) {}
};

// ----------------------------------------------------------------------------------------------------------- memory --

/// A register and what is added to it, as in r1 + 8.
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
  // 2^63 and more have no negative counterpart; they stay too large in the other direction.
  return {base, up.beyond || up.value == INT64_MIN ? number(INT64_MAX) : number(-up.value)};
}
constexpr address operator+(r_source base, const reference& named) { return {base, named}; }

/// `bits` of memory at an address. Loads fill the rest of a register with zeros.
template <unsigned bits>
struct memory {
  address at;
};

/// `bits` of memory at an address that hold a signed number. Loads fill the rest of a register with its sign.
template <unsigned bits>
struct signed_memory {
  address at;
};

/// Makes memory out of an address: mem64[r1 + 8].
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

/// A point of a program, made by assembler::new_label, which keeps its name.
struct label {
  std::uint32_t owner = 0;  ///< the assembler that made it; 0: no label
  std::uint32_t id = 0;
  std::source_location made = {};

  constexpr explicit operator bool() const { return owner != 0; }
};

/// Where a jump goes: a label, or a number of slots counted from the next instruction.
struct jump_target {
  label to = {};
  number slots = {};

  constexpr jump_target(const label& point) : to(point) {}
  constexpr jump_target(number distance) : slots(distance) {}
  template <numeric T>
  constexpr jump_target(T distance) : slots(distance) {}
};

// ---------------------------------------------------------------------------------- what a 64-bit load can load else --

/// A map, a map's value, a kernel variable or a function in the place of a 64-bit load's number.
struct wide_operand {
  std::uint8_t source = pseudo_source::number;
  std::int32_t low = 0;   ///< the first slot's immediate
  std::int32_t high = 0;  ///< the second's
  reference name = {};
  label function = {};
};

/// The map of the object that bears this name.
constexpr wide_operand map_fd(std::string_view name, std::source_location where = std::source_location::current()) {
  return {pseudo_source::map_fd, 0, 0, {keep_name, relocation_source::map, {}, {}, name, where}, {}};
}
/// The map behind a file descriptor.
constexpr wide_operand map_fd(std::int32_t descriptor) { return {pseudo_source::map_fd, descriptor, 0, {}, {}}; }

/// The map at an index of the load's fd_array (5.14+).
constexpr wide_operand map_index(std::int32_t index) { return {pseudo_source::map_index, index, 0, {}, {}}; }

/// The address of byte `offset` of the first value of an array map of the object (5.2+).
constexpr wide_operand map_value(std::string_view name, std::uint32_t offset,
                                 std::source_location where = std::source_location::current()) {
  return {pseudo_source::map_value, 0, static_cast<std::int32_t>(offset),
          {keep_name, relocation_source::map_value, {}, {}, name, where}, {}};
}
/// The same of the array map behind a file descriptor.
constexpr wide_operand map_value(std::int32_t descriptor, std::uint32_t offset) {
  return {pseudo_source::map_value, descriptor, static_cast<std::int32_t>(offset), {}, {}};
}
/// The same of the array map at an index of the load's fd_array (5.14+).
constexpr wide_operand map_value_index(std::int32_t index, std::uint32_t offset) {
  return {pseudo_source::map_value_index, index, static_cast<std::int32_t>(offset), {}, {}};
}
/// The address of a kernel variable by its BTF id; `module_btf` is a module's BTF descriptor, 0 for the kernel's own
/// (5.10+).
constexpr wide_operand btf_id(std::int32_t id, std::int32_t module_btf = 0) {
  return {pseudo_source::btf_id, id, module_btf, {}, {}};
}
/// The address of a function of this program, for helpers that call back (5.13+).
constexpr wide_operand function_address(const label& entry) { return {pseudo_source::function, 0, 0, {}, entry}; }

/// The same by its distance in slots from the next instruction's.
constexpr wide_operand function_address(std::int32_t slots) { return {pseudo_source::function, slots, 0, {}, {}}; }

}  // namespace lsmith::isa
