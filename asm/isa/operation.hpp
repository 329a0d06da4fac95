// An operation is one line of a listing: an instruction as it was written, before anyone asked whether it fits. Mnemonics
// make it, the assembler encodes it. It is a plain value: it can be kept, compared by its bytes, put into a table.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/operands.hpp>

namespace lsmith::isa {

/// Which numbers an instruction's immediate takes.
enum class immediate_limit : std::uint8_t {
  none,     ///< all 64 bits: a 64-bit load
  extends,  ///< what sign-extends from 32 bits: the second operand of a 64-bit operation
  word,     ///< -2^31 to 2^32-1: the second operand of a 32-bit operation, a stored word
  half,     ///< -2^15 to 2^16-1: a stored half word
  byte,     ///< -2^7 to 2^8-1: a stored byte
};

/// What a limit means, in the order of the limits.
struct immediate_range {
  std::int64_t low, high;
  bool wraps;  ///< numbers of 2^63 and more count as what they are minus 2^64
  std::uint8_t bits;
};
inline constexpr immediate_range immediate_ranges[] = {{INT64_MIN, INT64_MAX, true, 64}, {INT32_MIN, INT32_MAX, true, 32},
                                                       {INT32_MIN, UINT32_MAX, false, 32}, {INT16_MIN, UINT16_MAX, false, 16},
                                                       {INT8_MIN, UINT8_MAX, false, 8}};
constexpr const immediate_range& range_of(immediate_limit limit) { return immediate_ranges[static_cast<std::size_t>(limit)]; }

/// Bits of the immediate under a limit.
constexpr unsigned bits_of(immediate_limit limit) { return range_of(limit).bits; }

/// Whether the number may stand there. `beyond`: it is 2^63 or more, and `value` is it minus 2^64.
constexpr bool within_limit(std::int64_t value, bool beyond, immediate_limit limit) {
  const immediate_range& takes = range_of(limit);
  return value >= takes.low && value <= takes.high && (takes.wraps || !beyond);
}

/// What every operation has.
struct operation_fields {
  enum class kind : std::uint8_t { instruction, wide, bind, function };

  kind what = kind::instruction;
  std::uint8_t opcode = 0;
  std::uint8_t dst = 0;
  std::uint8_t src = 0;
  immediate_limit limit = immediate_limit::extends;
  bool beyond = false;             ///< the immediate is 2^63 or more
  std::int64_t offset = 0;         ///< as written
  std::int64_t immediate = 0;      ///< as written; for a wide operation both halves
  const char* mnemonic = "";       ///< for messages
  std::source_location where = {};
};

/// One line of a listing. Most have neither target nor name, and then nothing is written there: a listing is made at the
/// speed of memory.
struct operation : operation_fields {
  bool targeted = false;           ///< there is a target
  bool named = false;              ///< there is a name
  union {
    char no_target = 0;
    label target;                  ///< what is jumped to, called or bound
  };
  union {
    char no_name = 0;
    reference name;                ///< what offset or immediate is to be
  };

  constexpr operation(const operation_fields& fields) : operation_fields(fields) {}
  constexpr operation(const operation_fields& fields, const label& to, const reference& open)
      : operation_fields(fields), targeted(to.owner != 0), named(open.open()) {
    if (targeted) std::construct_at(&target, to);
    if (named) std::construct_at(&name, open);
  }

  /// How many slots it takes: two for a wide one, none where it only says what begins there.
  constexpr std::uint32_t slots() const { return what == kind::instruction ? 1 : what == kind::wide ? 2 : 0; }

  constexpr bool offset_fits() const { return offset == static_cast<std::int16_t>(offset); }
  constexpr bool immediate_fits() const { return within_limit(immediate, beyond, limit); }
  constexpr bool registers_fit() const { return (dst | src) < 16; }
  constexpr bool fits() const { return offset_fits() && immediate_fits() && registers_fit(); }

  /// Whether it fits, told at a glance: the common case. Others may fit too.
  constexpr bool surely_fits() const {
    return !beyond && limit <= immediate_limit::word && offset_fits() && registers_fit() && immediate == static_cast<std::int32_t>(immediate);
  }

  /// The first slot; a label's distance and a name's answer are still zero. Only for an operation that fits.
  constexpr insn first() const {
    return insn::of_raw(std::uint64_t{opcode} | std::uint64_t{dst} << 8 | std::uint64_t{src} << 12 |
                        std::uint64_t{static_cast<std::uint16_t>(offset)} << 16 |
                        static_cast<std::uint64_t>(immediate) << 32);
  }
  /// The second slot of a wide operation: nothing but the upper half of its immediate.
  constexpr insn second() const { return {0, 0, 0, static_cast<std::int32_t>(immediate >> 32)}; }

  /// The first slot's eight bytes as one number, the opcode in the lowest byte. Only for an operation that fits.
  constexpr std::uint64_t raw() const {
    assert(fits());
    return first().raw();
  }
};

}  // namespace lsmith::isa
