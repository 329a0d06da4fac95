// Shared by both ways of rewriting far jumps: find where code jumps to, and move what counts slots when slots move.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/jumps.hpp>
#include <lsmith/asm/object/code.hpp>
#include <lsmith/asm/relax/far_jump.hpp>

namespace lsmith::isa {

/// How many slots a jump with a 16-bit distance reaches forward. Backward it reaches one more, which is not used.
inline constexpr std::int64_t reach = INT16_MAX;

/// Every instruction with a distance and a target within the program (its end included), in the order of slots.
struct flow {
  std::vector<far_jump> offset_jumps = {};  ///< those with a 16-bit distance, far ones included
  std::vector<far_jump> others = {};        ///< those with a 32-bit distance: gotol, calls, addresses of functions
  std::vector<bool> second = {};            ///< by slot: whether it is the second slot of a 64-bit load
};

/// Reads the flow of the code. `far` must be in the order of slots. Distances that lead out of the program are not in the
/// result and keep their number.
flow read_flow(const code& whole, std::span<const far_jump> far);

/// Moves relocations, lines and functions to the new slots. `moved` contains the new slot of each old one, the end included.
void move_records(code& whole, std::span<const std::uint32_t> moved);

/// Sets the distance from a slot to another in the immediate, 32 bits.
inline void set_distance(std::vector<insn>& insns, std::uint32_t slot, std::uint32_t target) {
  insns[slot].immediate = static_cast<std::int32_t>(std::int64_t{target} - slot - 1);
}

/// The same in the offset, 16 bits. False if the distance does not fit.
inline bool set_offset(std::vector<insn>& insns, std::uint32_t slot, std::uint32_t target) {
  const std::int64_t distance = std::int64_t{target} - slot - 1;
  insns[slot].offset = static_cast<std::int16_t>(distance);
  return distance == insns[slot].offset;
}

/// A goto that skips this many slots.
constexpr insn goto_over(std::int16_t slots) { return {.opcode = jump_opcode::ja, .offset = slots}; }

/// The two ways. `far` must be in the order of slots. False if the result does not fit (relax.hpp); the code is then unusable.
bool relax_by_gotol(code& whole, std::span<const far_jump> far);
bool relax_by_islands(code& whole, std::span<const far_jump> far);

}  // namespace lsmith::isa
