// The values of a policy: numbers, pointers whose members are read by name, conditions, strings. Each is a small handle on a
// recording. It can be copied freely, and kept. Its use in another program than its own is the fault foreign_value (made_in.hpp).
//
// A number has the width and sign of the kernel's type. A comparison compares mathematical values: a signed and an unsigned
// number are widened first; where that is not possible (the unsigned one has 64 bits) it is the fault mixed_signs. Arithmetic
// follows C: at least 32 bits; the wider type wins; of two equally wide types, the unsigned one wins.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/dsl/graph/name.hpp>
#include <lsmith/asm/dsl/recording/made_in.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/operands.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

class recording;
class condition;
class text;
class path_text;
class byte_block;

/// What all values are: a node of the recording that made it.
class handle {
 public:
  handle(recording& in, node_id id) : in_(in, id), id_(id) {}

  /// The recording that is under way. Fault: foreign_value, if this was made in another one; also for id().
  recording& of() const { return *in_; }
  node_id id() const { return in_.own(id_); }
  static std::uint64_t recording_number() { return made_in::number_under_way(); }  ///< of the one that id() is a node of

 private:
  made_in in_;
  node_id id_;
};

/// A number, a pointer, or a struct or array inside what a pointer points to, at run time of the program.
class value : public handle {
 public:
  static constexpr bool is_readable = true;  ///< a record's field can be filled with it

  using handle::handle;

  /// A member of the struct that this points to or is. A path goes through members and array elements: "f_path.dentry",
  /// "many[2].mnt". A null pointer makes the condition that follows it not true. Faults: unknown_member, not_a_struct,
  /// ambiguous_name, type_unnamed, value_unfit.
  value operator[](const name& member) const;

  /// The same pointer, cast to a pointer to another type. Its members are copied by bpf_probe_read_kernel, so the verifier does
  /// not check the type. A copy that fails has the effect of a null pointer. Faults: unknown_type, value_unfit.
  value as(const name& type) const;

  /// The same pointer, this many bytes further: for records of different lengths that follow one another. What it points to is
  /// copied, as after as(). Fault: value_unfit, for anything but a pointer and a number.
  value advanced_by(const value& bytes) const;

  /// The null-terminated string that this points to, or the array of characters that it is. `size` is 2 to 256 bytes; the
  /// string is cut to `size` - 1 characters. Fault: value_unfit.
  dsl::text text(std::uint32_t size, written_at where = written_at::current()) const;

  /// The bytes that this points to or is made of: 1 to 256 of them. Fault: value_unfit.
  byte_block bytes(std::uint32_t size, written_at where = written_at::current()) const;

  /// A struct path (such as file["f_path"]) as text, relative to the root directory of the current process (bpf_d_path,
  /// 5.11+; d_path in fs/d_path.c). `size` is 2 to 256 bytes; the path is cut to `size` - 1 characters. A path of more than 4095
  /// characters, which a process can make, has the effect of a null pointer. The program gets a map of 4 KiB per CPU.
  /// Faults: value_unfit; call_forbidden, in a hook that is not sleepable, because the kernel does not allow it there.
  path_text path(std::uint32_t size, written_at where = written_at::current()) const;

  /// Whether the number is one of these; never, if the list is empty. Five or more numbers from 0 to 63 are tested at once, as
  /// bits of a mask.
  condition in(std::initializer_list<std::int64_t> any) const;
  template <class Numbers>
    requires requires(const Numbers& all) { std::int64_t{*all.begin()}; }
  condition in(const Numbers& any) const;

  /// The number converted from network to host byte order. It has 16 or 32 bits. Fault: value_unfit.
  value from_network() const;

  /// The same number, or 0 if it depends on a null pointer. Of a pointer: for text(), which is then empty.
  value or_zero() const;
};

/// A condition that is evaluated at run time. If it meets a null pointer, it is neither true nor false: `||` then tries its
/// right side, and `when` skips its body.
class condition : public handle {
 public:
  using handle::handle;
  /// Whether the value is not zero; of a pointer: not null.
  condition(const value& tested);  // NOLINT: a value is a condition as in C
};

/// A string in kernel memory, cut to the size given to value::text().
class text : public handle {
 public:
  static constexpr bool is_readable = true;  ///< a record's field can be filled with it

  using handle::handle;

  /// Whether it is equal to this string. A string that was cut is not equal to any. Fault: text_too_long, if `other` does not
  /// fit in the size.
  condition operator==(std::string_view other) const;
  condition operator!=(std::string_view other) const;
  /// Whether it begins with these characters. Fault: text_too_long.
  condition starts_with(std::string_view prefix) const;
};

/// What a condition is if it cannot be known.
enum class unknown : std::uint8_t { counts_as_true, counts_as_false };

/// A path. A process that makes a path of more than 4095 characters makes it unknown, so a test for its beginning says what
/// happens then: a rule that denies takes counts_as_true, one that allows counts_as_false.
class path_text : public text {
 public:
  using text::text;

  /// Whether it begins with these characters. Fault: text_too_long.
  condition starts_with(std::string_view prefix, unknown otherwise) const;
};

/// Bytes in kernel memory.
class byte_block : public handle {
 public:
  static constexpr bool is_readable = true;  ///< a record's field can be filled with it

  using handle::handle;

  /// Whether they are equal to these; fewer are compared with the first bytes. Fault: text_too_long, for more than there are.
  condition operator==(std::span<const std::uint8_t> other) const;
  condition operator!=(std::span<const std::uint8_t> other) const;
};

condition operator&&(const condition& left, const condition& right);
condition operator||(const condition& left, const condition& right);
condition operator!(const condition& other);

namespace detail {
value literal(const value& other, isa::number written);
value known_number(recording& in, isa::number written, const written_at& where);
value arithmetic(std::uint8_t code, const value& left, const value& right);
condition compare(std::uint8_t code, const value& left, const value& right);
condition any_of(const value& tested, const std::vector<std::int64_t>& numbers);
}  // namespace detail

// Each operator has three forms: two values, a C++ number on the right, a C++ number on the left.
#define LSMITH_DSL_OPERATOR(result, sign, make, code)                                                            \
  inline result operator sign(const value& left, const value& right) { return detail::make(code, left, right); } \
  template <isa::numeric Number>                                                                                 \
  result operator sign(const value& left, Number right) {                                                        \
    return detail::make(code, left, detail::literal(left, right));                                               \
  }                                                                                                              \
  template <isa::numeric Number>                                                                                 \
  result operator sign(Number left, const value& right) {                                                        \
    return detail::make(code, detail::literal(right, left), right);                                              \
  }
LSMITH_DSL_OPERATOR(value, +, arithmetic, isa::alu_code::add)
LSMITH_DSL_OPERATOR(value, -, arithmetic, isa::alu_code::sub)
LSMITH_DSL_OPERATOR(value, *, arithmetic, isa::alu_code::mul)
LSMITH_DSL_OPERATOR(value, /, arithmetic, isa::alu_code::div)
LSMITH_DSL_OPERATOR(value, %, arithmetic, isa::alu_code::mod)
LSMITH_DSL_OPERATOR(value, &, arithmetic, isa::alu_code::and_)
LSMITH_DSL_OPERATOR(value, |, arithmetic, isa::alu_code::or_)
LSMITH_DSL_OPERATOR(value, ^, arithmetic, isa::alu_code::xor_)
LSMITH_DSL_OPERATOR(value, <<, arithmetic, isa::alu_code::lsh)
LSMITH_DSL_OPERATOR(value, >>, arithmetic, isa::alu_code::rsh)
LSMITH_DSL_OPERATOR(condition, ==, compare, isa::jump_code::eq)
LSMITH_DSL_OPERATOR(condition, !=, compare, isa::jump_code::ne)
LSMITH_DSL_OPERATOR(condition, <, compare, isa::jump_code::lt)
LSMITH_DSL_OPERATOR(condition, <=, compare, isa::jump_code::le)
LSMITH_DSL_OPERATOR(condition, >, compare, isa::jump_code::gt)
LSMITH_DSL_OPERATOR(condition, >=, compare, isa::jump_code::ge)
#undef LSMITH_DSL_OPERATOR

template <class Numbers>
  requires requires(const Numbers& all) { std::int64_t{*all.begin()}; }
condition value::in(const Numbers& any) const {
  return detail::any_of(*this, {any.begin(), any.end()});
}

}  // namespace lsmith::dsl
#pragma GCC visibility pop
