// What both ways of writing far jumps share: where code leads, and how what counts slots goes along when slots move.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <lsmith/asm/assembler/code.hpp>
#include <lsmith/asm/assembler/far_jump.hpp>
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/jumps.hpp>

namespace lsmith::isa {

/// The slots that a jump with 16 bits reaches forward; backward it is one more, which is left alone.
inline constexpr std::int64_t reach = INT16_MAX;

/// What of the code leads from slot to slot. `offset_jumps` are those with 16 bits, far ones included.
struct flow {
  std::vector<far_jump> offset_jumps = {};
  std::vector<far_jump> others = {};
  std::vector<bool> second = {};  ///< the second slot of a 64-bit load
};

/// Reads it. `far` is in the order of slots. Distances that lead out of the program keep their number.
flow read_flow(const code& whole, std::span<const far_jump> far);

/// Moves everything beside the instructions along with them. `moved` is by slot, the end included.
void move_records(code& whole, std::span<const std::uint32_t> moved);

/// Sets the distance from a slot to another, where it has 32 bits.
inline void set_distance(std::vector<insn>& insns, std::uint32_t slot, std::uint32_t target) {
  insns[slot].immediate = static_cast<std::int32_t>(std::int64_t{target} - slot - 1);
}

/// The same where it has 16 bits. False: it does not fit.
inline bool set_offset(std::vector<insn>& insns, std::uint32_t slot, std::uint32_t target) {
  const std::int64_t distance = std::int64_t{target} - slot - 1;
  insns[slot].offset = static_cast<std::int16_t>(distance);
  return distance == insns[slot].offset;
}

/// A goto that leaves so many slots out.
constexpr insn goto_over(std::int16_t slots) { return {.opcode = jump_opcode::ja, .offset = slots}; }

/// The two ways. False when there is no room; the code is then of no use.
bool relax_by_gotol(code& whole, std::span<const far_jump> far);
bool relax_by_islands(code& whole, std::span<const far_jump> far);

}  // namespace lsmith::isa
