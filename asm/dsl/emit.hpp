// From steps on machine registers to instructions: blocks in a row, jumps threaded, and what is said twice said once.
#pragma once

#include <lsmith/asm/assembler.hpp>
#include <lsmith/asm/dsl/lower.hpp>

namespace lsmith::dsl {

/// Takes out blocks that only jump on, and those that nobody jumps to; blocks that do the same become one.
void thread(flow& steps);

/// The instructions, the program's functions behind it. Fault: jump_range, when a program is too long for its jumps.
checked<isa::code> emit(const lowered& whole);

}  // namespace lsmith::dsl
