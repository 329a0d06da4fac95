// The scope of a policy at the exact level, that is which processes it binds: the test in its program, and the constants and
// maps that the test reads.
#pragma once

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/programs/policy/choices.hpp>

namespace lsmith::programs {

/// Sets the object's scope, and adds the constant or map that its test reads; for a tree, also the programs that maintain its marks (tracking.hpp).
void add_scope(object& to, const scope& who);

/// Jumps to `pass` if the current task is not in scope. Clobbers r0 to r5 and the stack from r10-24 up.
void test_scope(isa::assembler& code, scope_kind who, isa::label pass);

}  // namespace lsmith::programs
