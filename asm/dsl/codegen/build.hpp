// From what was written down to instructions, and what is too much for a kernel: its stack, its verifier's patience.
#pragma once

#include <optional>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

/// The recorded program in instructions; nothing after telling the recording what is wrong. `where` is the program's own
/// line. Faults: those of lower(), stack_exceeded, budget_exceeded, jump_range.
std::optional<isa::code> build(recording& from, const written_at& where);

}  // namespace lsmith::dsl
