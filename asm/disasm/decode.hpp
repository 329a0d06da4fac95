// Finds the instruction of the table that eight bytes are. The kernel rejects an instruction with a value in a field that it
// does not use, and so does the decoder. So a decoded instruction, written again, has the same bits.
#pragma once

#include <cstdint>
#include <span>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/table.hpp>
#include <lsmith/btf/base/error.hpp>

namespace lsmith::isa {

/// An instruction found in code.
struct decoded {
  const form* row = nullptr;  ///< a row of the table, which is static; never null in a result
  insn first = {};
  insn second = {};           ///< the second slot of a 64-bit load; zero for other instructions
  std::uint32_t slots = 1;    ///< 1 or 2

  /// Both immediates of a 64-bit load as one number.
  constexpr std::uint64_t wide() const {
    return std::uint64_t{static_cast<std::uint32_t>(second.immediate)} << 32 | static_cast<std::uint32_t>(first.immediate);
  }
};

/// The instruction at `slot`. Error: instruction_invalid, with the slot, the opcode, and a text that says what is wrong: an
/// opcode that does not exist, a field with a value that it must not have, a register that does not exist, a 64-bit load
/// without its second slot, or a slot past the end.
result<decoded> decode(std::span<const insn> code, std::uint32_t slot);

/// The row that these eight bytes match, or null. The second slot of a 64-bit load is not checked.
const form* match(const insn& slot);

}  // namespace lsmith::isa
