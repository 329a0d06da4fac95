// Register allocation: gives every virtual register of a flow a machine register. Two can share one if they are never live at
// the same time. If r0-r9 are not enough, registers that are live longest are spilled to the stack.
#pragma once

#include <lsmith/asm/dsl/lowering/flow.hpp>

namespace lsmith::dsl {

/// Rewrites the flow to use r0 to r10 only. `stack` is the number of bytes in use below r10; spilled registers are stored
/// below them. Returns the number of bytes in use afterwards.
std::uint32_t allocate(flow& steps, std::uint32_t stack);

/// Removes steps without another effect than to write a register that is never read.
void remove_dead_steps(flow& steps);

}  // namespace lsmith::dsl
