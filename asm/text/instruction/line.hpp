// One line of text while it is read, and the faults about it, which name file, line and column.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/text/instruction/lexer.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa::text {

/// The location of a line. It owns neither the file name nor the line.
struct line_location {
  const char* file = nullptr;
  std::uint32_t number = 0;     ///< counted from 1
  const char* start = nullptr;  ///< the line's first character

  /// The location of a part of the line; `part` points into the line. Columns count bytes from 1.
  location of(std::string_view part) const {
    return {file, number, static_cast<std::uint32_t>(part.data() - start) + 1, location::no_offset};
  }
};

/// An instruction as it was read: one or two slots, in which a label or a name may still be unresolved.
struct statement {
  insn first = {};
  insn second = {};
  std::uint32_t slots = 1;
  std::string_view target = {};  ///< the label that it jumps to, calls or loads; empty: none
  reference name = {};           ///< the name that gives the offset or immediate; not open(): none
};

/// A fault about a part of a line. `about` points into the line and is the fault's name.
fault fault_at(cause why, const line_location& where, std::string_view about);
inline fault fault_at(cause why, const line_location& where, const token& about) { return fault_at(why, where, about.text); }

/// The fault text_unexpected: "expected WHAT, found FOUND". `found` points into the line; empty: the end of the line.
fault expected(std::string_view what, const line_location& where, std::string_view found);
inline fault expected(std::string_view what, const line_location& where, const token& found) {
  return expected(what, where, found.text);
}

/// Whether the next token is a sign.
inline bool is_sign(const lexer& line) { return line.at('-') || line.at('+'); }

/// Reads a decimal or hexadecimal number with or without a sign, from -2^63 to 2^64-1. Faults: text_unexpected (also for a
/// leading zero, which other languages read as octal), number_too_large.
std::optional<fault> read_number(lexer& line, const line_location& where, number& out);

}  // namespace lsmith::isa::text
