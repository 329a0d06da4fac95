// A conditional jump reaches 32767 slots. What is to become of one that must go farther is the caller's choice.
#pragma once

#include <cstdint>

namespace lsmith::isa {

/// What becomes of a jump to a label that is too far.
enum class far_jumps : std::uint8_t {
  refuse,   ///< a fault: the bytes are what is written
  gotol,    ///< a jump with 32 bits, for kernels from 6.6 on
  islands,  ///< jumps in steps, for every kernel
};

/// A jump whose distance its instruction does not hold. Slots count before anything has moved.
struct far_jump {
  std::uint32_t slot;
  std::uint32_t target;
};

}  // namespace lsmith::isa
