// A jump with a 16-bit distance reaches 32767 slots. On request, a jump that must reach farther is rewritten to other
// instructions. They take more slots, so everything after them moves.
//
//   gotol (6.6+)                            islands
//   if w1 == 5 goto far                     if w1 == 5 goto island
//     if w1 != 5 goto +1                      ...
//     gotol far                               goto +1           skips the island
//   goto far                                  island: goto far  or the next island
//     gotol far                               ...
//
// A condition without an opposite (&, may_goto) jumps over a goto instead. One island serves every jump to its target that is
// near enough. Both ways take time linear in the size of the program.
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/asm/object/code.hpp>
#include <lsmith/asm/relax/far_jump.hpp>

namespace lsmith::isa {

/// Rewrites the far jumps, and each other jump that becomes too far because of it. Everything that counts slots moves along:
/// jumps, calls and function addresses that were given by number keep their target instruction. `how` is gotol or islands.
///
/// False if the program gets longer than slot_limit, or if so many jumps pass one point that islands cannot reach; the code is
/// then unusable.
bool relax(code& whole, std::vector<far_jump> far, far_jumps how);

}  // namespace lsmith::isa
