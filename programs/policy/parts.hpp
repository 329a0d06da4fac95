// The parts that policies at the exact level share (the typed level has its own, policy.hpp): an earlier program's answer
// is kept, only the processes in scope are bound, and a denial is reported after it is decided. Each part says which
// registers it needs and which it loses.
#pragma once

#include <span>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/programs/policy/choices.hpp>
#include <lsmith/programs/policy/event.hpp>
#include <lsmith/programs/policy/scope.hpp>

namespace lsmith::programs {

/// What a policy at the exact level can be built with; the typed level knows more (choices.hpp).
struct lean_choices {
  programs::scope scope = programs::scope::system;
  event_channel events = event_channel::ring_buffer;
  bool count_decisions = false;    ///< count who is refused what (tally.hpp)
  bool expires = false;  ///< let everything pass from the deadline on (loader::deadline_map)
};

/// Keeps the context in r6 and leaves with the previous program's answer if that is a denial. Otherwise goes on with
/// r0 = 0. Loses nothing else.
void begin(isa::assembler& code, isa::label leave);

/// Jumps to `pass` unless the current process is in scope and the deadline, if there is one, is still to come. Loses r0
/// to r5.
void test_bound(isa::assembler& code, const lean_choices& choices, isa::label pass);

/// Whether test_bound jumps at all, so that `pass` must be bound.
bool may_pass(const lean_choices& choices);

/// Reports the decision, and counts it where a tally is kept: the registers' values (r7, r8, r9 or fewer) with the current
/// process; the first one tells decisions apart in a tally. Needs the context in r6; loses r0 to r5 and the stack from r10-200 up.
/// A full buffer or tally is counted and changes nothing.
void report(isa::assembler& code, const lean_choices& choices, std::span<const isa::r_register> values);

/// Whether report does anything, so that its values are wanted.
bool reports(const lean_choices& choices);

/// Leaves with the denial.
void deny(isa::assembler& code);

/// An object of one program, with the maps and constants that the parts above refer to. Finishes the code: its faults are
/// the assembler's.
checked<object> make_object(std::string_view name, std::string_view hook, isa::assembler&& code, const lean_choices& choices);

}  // namespace lsmith::programs
