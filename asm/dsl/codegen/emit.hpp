// Emits instructions from steps on machine registers.
#pragma once

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/lowering/lowered.hpp>

namespace lsmith::dsl {

/// The instructions of the program, then those of its functions. Fault: jump_range, if a jump is too long for the program.
checked<isa::code> emit(const lowered& whole);

}  // namespace lsmith::dsl
