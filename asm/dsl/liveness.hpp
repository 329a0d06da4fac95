// A register is alive where its value may still be read. Calls lose r0 to r5, so what is alive across a call must be
// in r6 to r9.
#pragma once

#include <vector>

#include <lsmith/asm/dsl/flow.hpp>

namespace lsmith::dsl {

/// A set of registers.
using reg_set = std::vector<bool>;

/// For each block, by its id, what is alive at its end.
std::vector<reg_set> alive_at_ends(const flow& steps);

/// What is alive before the step, given what is after it.
void step_back(reg_set& alive, const step& over);
void step_back(reg_set& alive, const ending& over);

}  // namespace lsmith::dsl
