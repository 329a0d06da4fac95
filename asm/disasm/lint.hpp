// What is legal to write and hardly ever meant. The assembler emits it without a word, since tests of the verifier need
// wrong programs; who wants to be warned asks here.
#pragma once

#include <span>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/relocation.hpp>
#include <lsmith/asm/object/source_lines.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa {

/// Warnings in the order of their slots, each at the line of its instruction:
///
///   instruction_invalid    bytes that are no instruction
///   jump_nowhere           a jump or call to where no instruction of the function begins
///   end_reachable          a function whose last instruction is neither exit nor a jump
///   code_unreachable       instructions that no path leads to
///   frame_pointer_written  r10 as a destination
///   stack_outside          an access beside r10 that is not within the 512 bytes below it
///
/// Functions begin where the records say, and wherever the code calls or takes an address.
faults lint(std::span<const insn> code, const source_lines& lines = {}, std::span<const subprogram> functions = {});

}  // namespace lsmith::isa
