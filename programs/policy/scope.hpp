// Whom a policy at the exact level binds: the test in its program, and what the object holds for it.
#pragma once

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/programs/policy/choices.hpp>

namespace lsmith::programs {

/// Adds the scope's constant or map, and for a tree the programs that keep its marks.
void add_scope(object& to, scope who);

/// Jumps to `pass` unless the current task is in scope. Loses r0 to r5 and the stack from r10-24 up.
void test_scope(isa::assembler& code, scope who, isa::label pass);

}  // namespace lsmith::programs
