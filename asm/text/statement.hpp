// One line of text is one instruction. What it needs from elsewhere, a label or a name, it leaves open.
#pragma once

#include <optional>

#include <lsmith/asm/text/lexer.hpp>
#include <lsmith/asm/text/line.hpp>

namespace lsmith::isa::text {

/// Reads one instruction in LLVM's form or the kernel's, up to the end of the line. Returns what is wrong with it, if
/// something is; `out` is then not to be used.
std::optional<fault> read_statement(lexer& line, const line_location& where, statement& out);

}  // namespace lsmith::isa::text
