// An operation is one line of a listing: an instruction as it was written, before anyone asked whether it fits. Mnemonics
// make it, the assembler encodes it. It is a plain value: it can be kept, compared by its bytes, put into a table.
#pragma once

#include <cassert>
#include <cstdint>
#include <limits>
#include <source_location>

#include <lsmith/asm/insn.hpp>
#include <lsmith/asm/operands.hpp>

namespace lsmith::isa {

/// Which numbers an instruction's immediate takes.
enum class immediate_limit : std::uint8_t {
  none,     ///< all 64 bits: a 64-bit load
  extends,  ///< what sign-extends from 32 bits: the second operand of a 64-bit operation
  word,     ///< -2^31 to 2^32-1: the second operand of a 32-bit operation, a stored word
  half,     ///< -2^15 to 2^16-1: a stored half word
  byte,     ///< -2^7 to 2^8-1: a stored byte
};

/// Bits of the immediate under a limit.
constexpr unsigned bits_of(immediate_limit limit) {
  switch (limit) {
    case immediate_limit::none: return 64;
    case immediate_limit::extends:
    case immediate_limit::word: return 32;
    case immediate_limit::half: return 16;
    case immediate_limit::byte: return 8;
  }
  return 0;
}

/// Whether the number may stand there.
constexpr bool within_limit(std::int64_t value, bool beyond, immediate_limit limit) {
  const auto between = [&](std::int64_t low, std::int64_t high) { return !beyond && value >= low && value <= high; };
  switch (limit) {
    case immediate_limit::none: return true;
    case immediate_limit::extends: return value == static_cast<std::int32_t>(value);
    case immediate_limit::word: return between(INT32_MIN, UINT32_MAX);
    case immediate_limit::half: return between(INT16_MIN, UINT16_MAX);
    case immediate_limit::byte: return between(INT8_MIN, UINT8_MAX);
  }
  return false;
}

/// Where the distance to a label goes.
enum class jump_field : std::uint8_t { offset, immediate };

/// One line of a listing.
struct operation {
  enum class kind : std::uint8_t { instruction, wide, bind };

  kind what = kind::instruction;
  std::uint8_t opcode = 0;
  std::uint8_t dst = 0;
  std::uint8_t src = 0;
  immediate_limit limit = immediate_limit::extends;
  jump_field distance = jump_field::offset;
  bool beyond = false;             ///< the immediate is 2^63 or more
  std::int64_t offset = 0;         ///< as written
  std::int64_t immediate = 0;      ///< as written; for a wide operation both halves
  const char* mnemonic = "";       ///< for messages
  std::source_location where = {};
  label target = {};               ///< what is jumped to, called or bound
  reference name = {};             ///< what offset or immediate is to be

  constexpr bool offset_fits() const { return offset == static_cast<std::int16_t>(offset); }
  constexpr bool immediate_fits() const { return within_limit(immediate, beyond, limit); }
  constexpr bool registers_fit() const { return (dst | src) < 16; }
  constexpr bool fits() const { return offset_fits() && immediate_fits() && registers_fit(); }

  /// The first slot; a label's distance and a name's answer are still zero. Only for an operation that fits.
  constexpr insn first() const {
    return {opcode, static_cast<std::uint8_t>(src << 4 | dst), static_cast<std::int16_t>(offset),
            static_cast<std::int32_t>(immediate)};
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
