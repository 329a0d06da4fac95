// Decoding asks the table which instruction eight bytes are. The kernel refuses instructions with anything in a field
// that they do not use, and so does this: what was read is what would be written again, bit for bit.
#pragma once

#include <cstdint>
#include <span>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/table.hpp>
#include <lsmith/btf/base/error.hpp>

namespace lsmith::isa {

/// An instruction found in code.
struct decoded {
  const form* row = nullptr;  ///< of the table, never null in a result
  insn first = {};
  insn second = {};           ///< the upper half of a 64-bit load's immediate; zero for others
  std::uint32_t slots = 1;    ///< 1 or 2

  /// Both immediates as one number, of a 64-bit load.
  constexpr std::uint64_t wide() const {
    return std::uint64_t{static_cast<std::uint32_t>(second.immediate)} << 32 |
           static_cast<std::uint32_t>(first.immediate);
  }
};

/// The instruction at `slot`. Error: instruction_invalid, with the slot, the opcode, and in words what is wrong: an opcode
/// that does not exist, the field that must be zero and is not, a register that is not there, a cut-off 64-bit load.
result<decoded> decode(std::span<const insn> code, std::uint32_t slot);

/// The row that these eight bytes match, or null. Says nothing about a second slot.
const form* match(const insn& slot);

}  // namespace lsmith::isa
