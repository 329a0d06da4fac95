// Code that policies at the exact level share (policy.hpp has the typed level's): a denial of an earlier program stays, only
// processes in scope are bound, and a denial is reported after it is decided. Each function emits one part of a program and
// states which registers it needs and which it clobbers.
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

/// The choices of a policy at the exact level; the typed level has more (choices.hpp).
struct lean_choices {
  lsmith::scope scope = {};
  event_channel events = event_channel::ring_buffer;
  bool count_decisions = false;  ///< count the decisions by kind (decision_counts.hpp)
  bool expires = false;          ///< allow everything from the deadline on (map reserved::deadline)
};

/// Jumps to `leave` with the previous program's return value in r0 if that is a denial. Otherwise continues with r0 = 0 and
/// the context in r6. Needs the context in r1; clobbers nothing else.
void begin(isa::assembler& code, isa::label leave);

/// Jumps to `pass` if the current process is not in scope, or if the deadline is over. Clobbers r0 to r5, and the stack as
/// test_scope() does.
void test_bound(isa::assembler& code, const lean_choices& choices, isa::label pass);

/// Whether test_bound() jumps to `pass` at all, so that the label must be bound.
bool may_pass(const lean_choices& choices);

/// Reports the decision as an event and counts it, as chosen. `values` are the event's values, in r7, r8, r9 or fewer of them.
/// Decision counts use the first one, so they need at least one. Needs the context in r6. Clobbers r0 to r5 and the stack from
/// r10-200 up. When the buffer or the map is full, the loss is counted and the decision is the same.
void report(isa::assembler& code, const lean_choices& choices, std::span<const isa::r_register> values);

/// Whether report() emits any code, so that it needs its values.
bool reports(const lean_choices& choices);

/// Ends the program with the denial: the constant `denial`, -EPERM or 0 in a dry run. Clobbers r0.
void deny(isa::assembler& code);

/// An object with one program, and the maps and constants that the functions above refer to. Faults: those of
/// isa::assembler::finish().
checked<object> make_object(std::string_view name, std::string_view hook, isa::assembler&& code, const lean_choices& choices);

}  // namespace lsmith::programs
