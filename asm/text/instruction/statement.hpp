// One line of text is one instruction. A label or a name in it stays unresolved here: program_body.hpp resolves labels, and a
// name becomes a relocation.
#pragma once

#include <optional>

#include <lsmith/asm/text/instruction/lexer.hpp>
#include <lsmith/asm/text/instruction/line.hpp>

namespace lsmith::isa::text {

/// Reads one instruction in LLVM's form or the kernel's, up to the end of the line. Returns a fault if the line is wrong, and
/// `out` is then not to be used. Faults: instruction_unknown, opcode_mismatch, unknown_register, unknown_name, second_name,
/// number_too_large, and those of fill_fields().
std::optional<fault> read_statement(lexer& line, const line_location& where, statement& out);

}  // namespace lsmith::isa::text
