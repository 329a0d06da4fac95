// A jump has 16 bits for its distance and reaches 32767 slots. One that has to go farther is written in other words, when it is
// asked for: they are more slots, so everything behind them moves.
//
//   gotol (6.6+)                            islands
//   if w1 == 5 goto far                     if w1 == 5 goto island
//     if w1 != 5 goto +1                      ...
//     gotol far                               goto +1           no path falls onto the island
//   goto far                                  island: goto far  or to the next island
//     gotol far                               ...
//
// A condition without an opposite (&, may_goto) jumps over a goto instead. An island serves every jump to its target that
// is near enough. Both take time linear in the program.
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/asm/assembler/code.hpp>
#include <lsmith/asm/assembler/far_jump.hpp>

namespace lsmith::isa {

/// Rewrites the far jumps, and any other that becomes too far by that, and moves everything that counts slots: jumps, calls
/// and addresses of functions by number keep the instruction they led to. False when a program of slot_limit has no room
/// for it, or when too many jumps go past one place; the code is then of no use.
bool relax(code& whole, std::vector<far_jump> far, far_jumps how);

}  // namespace lsmith::isa
