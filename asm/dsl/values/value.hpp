// The words a policy is written with: numbers, pointers that are followed by name, conditions, texts. All of them are
// small handles on a recording; they are copied freely and are of no use after the recording has ended.
//
// Numbers keep the width and sign of the kernel's type. A comparison compares the numbers as they are: a signed and an
// unsigned one are widened first, and where that cannot be done (64 bits on either side) it is a fault, not a surprise.
// Arithmetic follows C: at least 32 bits, the wider type wins, unsigned wins among equals.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/dsl/graph/name.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/operands.hpp>

namespace lsmith::dsl {

class recording;
class condition;
class text;
class byte_block;

/// A number or a pointer that the program will have when it runs.
class value {
 public:
  static constexpr bool is_readable = true;  ///< a record's field can be filled with it

  value(recording& in, node_id id) : in_(&in), id_(id) {}

  /// The member of what this points to, or of the struct that this is a part of. A path goes through members and array
  /// elements: "f_path.dentry", "many[2].mnt". A pointer that turns out null makes the condition false that it is
  /// followed in. Faults: unknown_member, not_a_struct.
  value operator[](const name& member) const;

  /// The same pointer, to another type. What it points to is copied out of the kernel's memory, so that no verifier needs
  /// to believe it; a copy that fails is like a null pointer. Faults: unknown_type, not_a_pointer.
  value as(const name& type) const;

  /// The zero-ended string that this points to, or the array of characters that it is: at most `size` - 1 characters.
  dsl::text text(std::uint32_t size, written_at where = written_at::current()) const;

  /// The bytes that this points to, or that it is made of: 1 to 256 of them, compared and reported as they are.
  byte_block bytes(std::uint32_t size, written_at where = written_at::current()) const;

  /// A struct path (as file["f_path"]) as text, from the root of its mount namespace: at most `size` - 1 characters, and a
  /// longer path is like a null pointer. The kernel permits it in some hooks only, and on 5.10 in none.
  dsl::text path(std::uint32_t size, written_at where = written_at::current()) const;

  /// Whether the number is one of these; of none it never is. Many small ones are one test: a bit for each.
  condition in(std::initializer_list<std::int64_t> any) const;
  template <class Numbers>
    requires requires(const Numbers& all) { std::int64_t{*all.begin()}; }
  condition in(const Numbers& any) const;

  /// The number in network byte order as the host counts it; 16 or 32 bits.
  value from_network() const;

  /// The same number, and zero where it hangs on a null pointer; of a pointer the same for text(), which is then empty.
  value or_zero() const;

  recording& of() const { return *in_; }
  node_id id() const { return id_; }

 private:
  recording* in_;
  node_id id_;
};

/// Something that is true or false when the program runs. What hangs on a null pointer is neither: `||` then tries its
/// other side, and a `when` does not enter its body.
class condition {
 public:
  condition(recording& in, node_id id) : in_(&in), id_(id) {}
  /// Not zero; of a pointer: not null.
  condition(const value& tested);  // NOLINT: a value is a condition as in C

  recording& of() const { return *in_; }
  node_id id() const { return id_; }

 private:
  recording* in_;
  node_id id_;
};

/// A string in the kernel's memory, as much of it as was asked for.
class text {
 public:
  static constexpr bool is_readable = true;  ///< a record's field can be filled with it

  text(recording& in, node_id id) : in_(&in), id_(id) {}

  /// Whether it is this string. A string longer than what was asked for is not equal to anything. Fault: value_range.
  condition operator==(std::string_view other) const;
  condition operator!=(std::string_view other) const;
  /// Whether it begins with these characters.
  condition starts_with(std::string_view prefix) const;

  recording& of() const { return *in_; }
  node_id id() const { return id_; }

 private:
  recording* in_;
  node_id id_;
};

/// Bytes in the kernel's memory.
class byte_block {
 public:
  static constexpr bool is_readable = true;  ///< a record's field can be filled with it

  byte_block(recording& in, node_id id) : in_(&in), id_(id) {}

  /// Whether they are these. Fault: text_too_long, for more than there are; of fewer, the first are compared.
  condition operator==(std::span<const std::uint8_t> other) const;
  condition operator!=(std::span<const std::uint8_t> other) const;

  recording& of() const { return *in_; }
  node_id id() const { return id_; }

 private:
  recording* in_;
  node_id id_;
};

condition operator&&(const condition& left, const condition& right);
condition operator||(const condition& left, const condition& right);
condition operator!(const condition& other);

namespace detail {
value literal(const value& beside, isa::number written);
value known_number(recording& in, isa::number written, const written_at& where);
value arithmetic(std::uint8_t code, const value& left, const value& right);
condition compare(std::uint8_t code, const value& left, const value& right);
condition any_of(const value& tested, const std::vector<std::int64_t>& numbers);
}  // namespace detail

// Each operator three times: with a value, with a C++ number on the right, with one on the left.
#define LSMITH_DSL_OPERATOR(result, sign, make, code)                                       \
  inline result operator sign(const value& left, const value& right) {                      \
    return detail::make(code, left, right);                                                 \
  }                                                                                         \
  template <isa::numeric Number>                                                            \
  result operator sign(const value& left, Number right) {                                   \
    return detail::make(code, left, detail::literal(left, right));                          \
  }                                                                                         \
  template <isa::numeric Number>                                                            \
  result operator sign(Number left, const value& right) {                                   \
    return detail::make(code, detail::literal(right, left), right);                         \
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
