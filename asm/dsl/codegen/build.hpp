// Builds the instructions of a recorded program, and checks the kernel's limits: the stack, and the number of instructions that
// the verifier follows.
#pragma once

#include <optional>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

/// The instructions of the recorded program; nothing after reporting faults to the recording. `where` is the program's own
/// line. Faults: those of lower(), stack_exceeded, budget_exceeded, jump_range.
std::optional<isa::code> build(recording& from, const written_at& where);

}  // namespace lsmith::dsl
