// Warnings about code that is legal to write and almost never intended. The assembler emits such code without a message,
// because tests of the verifier need wrong programs. Call lint() to get the warnings.
#pragma once

#include <span>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/relocation.hpp>
#include <lsmith/asm/object/source_lines.hpp>
#include <lsmith/btf/base/faults.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// Warnings in the order of their slots, each at the line of its instruction:
///
///   instruction_invalid    bytes that are no instruction
///   jump_nowhere           a jump to a slot where no instruction of its function begins, or a call to one where none begins
///   end_reachable          a function whose last instruction is neither exit nor an unconditional jump
///   code_unreachable       instructions that no path reaches; not reported if there is a gotox
///   frame_pointer_written  r10 as a destination
///   stack_outside          an access relative to r10 that is not within the 512 bytes below it
///
/// Functions begin at slot 0, where `functions` says, and at each slot that the code calls or takes the address of. Any bytes
/// are accepted. Without `lines`, warnings have no location.
faults lint(std::span<const insn> code, const source_lines& lines = {}, std::span<const subprogram> functions = {});

}  // namespace lsmith::isa
#pragma GCC visibility pop
