// Gives every register of a flow one of the machine's. Two of them can share one if they never hold something at the same
// time; where the ten do not suffice, the one that is idle longest lives on the stack.
#pragma once

#include <lsmith/asm/dsl/lowering/flow.hpp>

namespace lsmith::dsl {

/// Rewrites the flow to use r0 to r10 alone. Takes stack below `stack` bytes for what finds no register; returns how many
/// bytes are used then.
std::uint32_t allocate(flow& steps, std::uint32_t stack);

/// Removes steps that compute what nobody reads.
void remove_dead_steps(flow& steps);

}  // namespace lsmith::dsl
