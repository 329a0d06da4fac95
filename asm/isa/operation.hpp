// An operation is one line of a listing: an instruction as it was written, before the assembler checks whether it fits. A
// mnemonic makes it, the assembler encodes it. It is a plain value: it can be stored, compared by its bytes, or put into a
// table.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/operands.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// The range of numbers that an instruction's immediate accepts.
enum class immediate_limit : std::uint8_t {
  none,     ///< all 64 bits: a 64-bit load
  extends,  ///< numbers that sign-extend from 32 bits: the second operand of a 64-bit operation
  word,     ///< -2^31 to 2^32-1: the second operand of a 32-bit operation, a stored word
  half,     ///< -2^15 to 2^16-1: a stored half word
  byte,     ///< -2^7 to 2^8-1: a stored byte
};

/// The numbers that a limit accepts. The array is in the order of the limits.
struct immediate_range {
  std::int64_t low, high;
  bool wraps;         ///< a number of 2^63 or more is accepted as that number minus 2^64, the same 64 bits
  std::uint8_t bits;  ///< width of the immediate, for messages
};
inline constexpr immediate_range immediate_ranges[] = {{INT64_MIN, INT64_MAX, true, 64},
                                                       {INT32_MIN, INT32_MAX, true, 32},
                                                       {INT32_MIN, UINT32_MAX, false, 32},
                                                       {INT16_MIN, UINT16_MAX, false, 16},
                                                       {INT8_MIN, UINT8_MAX, false, 8}};
constexpr const immediate_range& range_of(immediate_limit limit) { return immediate_ranges[static_cast<std::size_t>(limit)]; }

/// The width of an immediate with this limit, in bits.
constexpr unsigned bits_of(immediate_limit limit) { return range_of(limit).bits; }

/// Whether the limit accepts the number. `beyond`: the number is 2^63 or more, and `value` is the number minus 2^64.
constexpr bool within_limit(std::int64_t value, bool beyond, immediate_limit limit) {
  const immediate_range& takes = range_of(limit);
  return value >= takes.low && value <= takes.high && (takes.wraps || !beyond);
}

/// The fields that every operation has.
struct operation_fields {
  /// `wide` is a 64-bit load, which takes two slots. `bind` binds a label, `function` also records that a function begins.
  enum class kind : std::uint8_t { instruction, wide, bind, function };

  kind what = kind::instruction;
  std::uint8_t opcode = 0;
  std::uint8_t dst = 0;            ///< register number; 15 is the largest that fits
  std::uint8_t src = 0;            ///< likewise, or what a call or 64-bit load means (call_source, pseudo_source)
  immediate_limit limit = immediate_limit::extends;
  bool beyond = false;             ///< the immediate is 2^63 or more
  std::int64_t offset = 0;         ///< as written
  std::int64_t immediate = 0;      ///< as written; for a wide operation both immediates
  const char* mnemonic = "";       ///< for messages; a string literal
  std::source_location where = {};
};

/// One line of a listing. Most operations have neither target nor name; the unions are then not written, so that a listing is
/// made at the speed of memory.
struct operation : operation_fields {
  bool targeted = false;           ///< `target` is valid
  bool named = false;              ///< `name` is valid
  union {
    char no_target = 0;
    label target;                  ///< the label that is jumped to, called or bound
  };
  union {
    char no_name = 0;
    reference name;                ///< the name that is resolved to the offset or immediate
  };

  constexpr operation(const operation_fields& fields) : operation_fields(fields) {}
  /// An empty label or reference is not stored.
  constexpr operation(const operation_fields& fields, const label& to, const reference& open)
      : operation_fields(fields), targeted(to.owner != 0), named(open.open()) {
    if (targeted) std::construct_at(&target, to);
    if (named) std::construct_at(&name, open);
  }

  /// How many slots it takes: 1 for an instruction, 2 for a wide one, 0 for bind and function.
  constexpr std::uint32_t slots() const { return what == kind::instruction ? 1 : what == kind::wide ? 2 : 0; }

  // Whether the numbers fit their fields. What does not fit is a fault of the assembler: offset_range, immediate_range,
  // immediate_large, register_range.
  constexpr bool offset_fits() const { return offset == static_cast<std::int16_t>(offset); }
  constexpr bool immediate_fits() const { return within_limit(immediate, beyond, limit); }
  constexpr bool registers_fit() const { return (dst | src) < 16; }
  constexpr bool fits() const { return offset_fits() && immediate_fits() && registers_fit(); }

  /// A quick test for the common case. If true, the operation fits; if false, only fits() can tell.
  constexpr bool surely_fits() const {
    return !beyond && limit <= immediate_limit::word && offset_fits() && registers_fit() &&
           immediate == static_cast<std::int32_t>(immediate);
  }

  /// The first slot. The distance to a label and the value of a name are still zero. Only for an operation that fits.
  constexpr insn first() const {
    return insn::of_raw(std::uint64_t{opcode} | std::uint64_t{dst} << 8 | std::uint64_t{src} << 12 |
                        std::uint64_t{static_cast<std::uint16_t>(offset)} << 16 | static_cast<std::uint64_t>(immediate) << 32);
  }
  /// The second slot of a wide operation: the upper 32 bits of its immediate, and zeros.
  constexpr insn second() const { return {0, 0, 0, static_cast<std::int32_t>(immediate >> 32)}; }

  /// The first slot's eight bytes as one number, the opcode in the lowest byte. Only for an operation that fits.
  constexpr std::uint64_t raw() const {
    assert(fits());
    return first().raw();
  }
};

}  // namespace lsmith::isa
#pragma GCC visibility pop
