// What is known of one line of text while it is read, and how its faults are told: by file, line and column.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/text/lexer.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa::text {

/// Where a line stands: faults are told as file, line and column.
struct line_location {
  const char* file = nullptr;
  std::uint32_t number = 0;
  const char* start = nullptr;

  location of(std::string_view part) const {
    return {file, number, static_cast<std::uint32_t>(part.data() - start) + 1, location::no_offset};
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

/// A fault about a part of a line.
fault fault_at(cause why, const line_location& where, std::string_view about);
inline fault fault_at(cause why, const line_location& where, const token& about) { return fault_at(why, where, about.text); }

/// "Expected this, found that."; an empty part is the line's end.
fault expected(std::string_view what, const line_location& where, std::string_view found);
inline fault expected(std::string_view what, const line_location& where, const token& found) {
  return expected(what, where, found.text);
}

/// Whether a sign comes next.
inline bool is_sign(const lexer& line) { return line.at('-') || line.at('+'); }

/// Reads a number with or without a sign, as far as 64 bits hold it.
std::optional<fault> read_number(lexer& line, const line_location& where, number& out);

}  // namespace lsmith::isa::text
