// The value of a map that a lookup found, or a variable: memory that other CPUs and user space read and write at the same
// time. So each read and write happens at its position in the program, and atomic changes are functions of their own.
#pragma once

#include <concepts>
#include <cstdint>

#include <lsmith/asm/dsl/values/record.hpp>
#include <lsmith/asm/dsl/values/value.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// A number in a map's value or variable that can only be read: 8, 16, 32 or 64 bits.
class read_only_cell {
 public:
  read_only_cell(const made_in& in, node_id base, std::uint32_t offset, std::uint8_t bits, bool is_signed)
      : in_(in), base_(base), offset_(offset), bits_(bits), is_signed_(is_signed) {}

  /// Reads it at this position. A later read may return another number.
  value get(written_at where = written_at::current()) const;
  operator value() const { return get(); }

 protected:
  made_in in_;
  node_id base_;
  std::uint32_t offset_;
  std::uint8_t bits_;
  bool is_signed_;
};

/// A number that can be changed too.
class cell : public read_only_cell {
 public:
  using read_only_cell::read_only_cell;

  /// Writes it. If `to` depends on a null pointer, nothing is written. Faults: value_range, value_narrowed, value_unfit.
  void set(const field_value& to, written_at where = written_at::current()) const;

  // Atomic changes, of 32 and 64 bits. Fault: value_unfit, for a narrower number.

  void add(const field_value& amount, written_at where = written_at::current()) const;
  void or_(const field_value& bits, written_at where = written_at::current()) const;   ///< 5.12+
  void and_(const field_value& bits, written_at where = written_at::current()) const;  ///< 5.12+
  void xor_(const field_value& bits, written_at where = written_at::current()) const;  ///< 5.12+

  // Atomic changes that return the old value (5.12+). An operand that depends on a null pointer counts as 0.

  value fetch_add(const field_value& amount, written_at where = written_at::current()) const;
  value fetch_or(const field_value& bits, written_at where = written_at::current()) const;
  value fetch_and(const field_value& bits, written_at where = written_at::current()) const;
  value fetch_xor(const field_value& bits, written_at where = written_at::current()) const;
  value exchange(const field_value& with, written_at where = written_at::current()) const;
  /// Writes `to` if the number is equal to `expected`.
  value compare_exchange(const field_value& expected, const field_value& to, written_at where = written_at::current()) const;

 private:
  void change(std::int32_t code, const field_value& by, const written_at& where) const;
  value fetch(std::int32_t code, const field_value& by, const field_value* expected, const written_at& where) const;
};

/// The value of a map that a lookup found, or a variable. `Cell` decides whether its numbers can be changed.
template <class Value, class Cell = cell>
class entry {
 public:
  entry(const made_in& in, node_id base) : in_(in), base_(base) {}

  /// A field of a struct.
  template <std::integral Field, std::same_as<Value> Struct>
  Cell operator[](Field Struct::* field) const {
    static const Value whole{};
    const auto offset = reinterpret_cast<const char*>(&(whole.*field)) - reinterpret_cast<const char*>(&whole);
    return {in_, base_, static_cast<std::uint32_t>(offset), 8 * sizeof(Field), std::is_signed_v<Field>};
  }
  /// The whole value, if it is a number.
  Cell number() const
    requires std::integral<Value>
  {
    return {in_, base_, 0, 8 * sizeof(Value), std::is_signed_v<Value>};
  }

 private:
  made_in in_;
  node_id base_;
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
