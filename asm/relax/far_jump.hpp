// A jump with a 16-bit distance reaches 32767 slots. The caller chooses what happens to one that must reach farther.
#pragma once

#include <cstdint>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// What happens to a jump whose label is too far.
enum class far_jumps : std::uint8_t {
  refuse,   ///< a fault (jump_range): the bytes are always exactly what is written
  gotol,    ///< rewritten to a jump with a 32-bit distance (6.6+)
  islands,  ///< rewritten to a chain of short jumps, for every kernel
};

/// A jump whose distance does not fit its instruction. Slots are those before relaxing.
struct far_jump {
  std::uint32_t slot;    ///< of the jump
  std::uint32_t target;  ///< of the instruction it goes to
};

}  // namespace lsmith::isa
#pragma GCC visibility pop
