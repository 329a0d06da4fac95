// One line of text is one instruction. What it needs from elsewhere, a label or a name, it leaves open.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <lsmith/asm/insn.hpp>
#include <lsmith/asm/operands.hpp>
#include <lsmith/asm/text/lexer.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa::text {

/// Where a line stands: faults are told as file, line and column.
struct line_place {
  const char* file = nullptr;
  std::uint32_t number = 0;
  const char* start = nullptr;

  place of(std::string_view part) const {
    return {file, number, static_cast<std::uint32_t>(part.data() - start) + 1, place::no_offset};
  }
};

/// An instruction as it was read.
struct statement {
  insn first = {};
  insn second = {};
  std::uint32_t slots = 1;
  std::string_view target = {};  ///< the label whose distance is still open; empty: none
  reference name = {};           ///< what offset or immediate is to be
};

/// Reads one instruction in LLVM's form or the kernel's, up to the end of the line. Returns what is wrong with it, if
/// something is; `out` is then not to be used.
std::optional<fault> read_statement(lexer& line, const line_place& where, statement& out);

/// A fault about a part of a line.
fault fault_at(cause why, const line_place& where, std::string_view about);
inline fault fault_at(cause why, const line_place& where, const token& about) { return fault_at(why, where, about.text); }

/// "Expected this, found that."; an empty part is the line's end.
fault expected(std::string_view what, const line_place& where, std::string_view found);
inline fault expected(std::string_view what, const line_place& where, const token& found) {
  return expected(what, where, found.text);
}

/// Reads a number with or without a sign, as far as 64 bits hold it.
std::optional<fault> read_number(lexer& line, const line_place& where, number& out);

}  // namespace lsmith::isa::text
