// From steps on machine registers to instructions.
#pragma once

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/lowering/lowered.hpp>

namespace lsmith::dsl {

/// The instructions, the program's functions behind it. Fault: jump_range, when a program is too long for its jumps.
checked<isa::code> emit(const lowered& whole);

}  // namespace lsmith::dsl
