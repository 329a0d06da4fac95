// Jump threading and the order of blocks. No jump leads to another jump, equal blocks are merged, and a test is skipped on a
// path on which its result is known.
#pragma once

#include <lsmith/asm/dsl/lowering/flow.hpp>

namespace lsmith::dsl {

/// Removes blocks that only jump on and blocks that are never reached; merges equal blocks.
void thread(flow& steps);

/// Skips a test of a register on paths that set the register to a number: "r6 = 0 … if r6 == 0 goto". Call it before register
/// allocation.
void pass_known_tests(flow& steps);

/// Moves blocks from between a jump and its target, where that costs nothing, so that the jump disappears. Call it after
/// register allocation and thread().
void straighten(flow& steps);

}  // namespace lsmith::dsl
