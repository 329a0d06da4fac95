// Where jumps lead, and in which order blocks stand: nobody jumps to a jump, what is said twice is said once, and a test
// whose outcome is known on some way is not made on that way.
#pragma once

#include <lsmith/asm/dsl/lowering/flow.hpp>

namespace lsmith::dsl {

/// Takes out blocks that only jump on, and those that nobody jumps to; blocks that do the same become one.
void thread(flow& steps);

/// Sends a way past a test of a register that was set to a number on that way: "r6 = 0 … if r6 == 0 goto". Before registers
/// are given out.
void pass_known_tests(flow& steps);

/// Moves aside what stands between a jump and where it leads, where that costs nothing: the jump disappears. Once registers
/// are given out and jumps are threaded.
void straighten(flow& steps);

}  // namespace lsmith::dsl
