// Nearly every line is written in one of a few hundred ways, told apart by everything but its registers, numbers and labels:
// its shape. A line is read letter by letter, once; what is left of it, with one letter for each register, number and label, is
// looked up in a table of shapes, which the instruction table gives.
//
//   if w6 s> -5 goto deny      "if w s> n goto l"      values: 6, -5, deny
//
// Whatever is not in the table, other blanks, names, calls, what is wrong, is left to the grammar (statement.hpp), which reads
// it more slowly and can explain it.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <lsmith/asm/text/fields.hpp>

namespace lsmith::isa::text {

/// One way of writing a row.
struct shape {
  static constexpr std::size_t longest = 64;

  std::array<char, longest + 8> text = {};  ///< the rest is zero
  const form* row = nullptr;                ///< null where a value would have to choose between rows: for the grammar
  std::vector<slot_of_value> slots = {};
};

/// A line that was read by its shape.
struct shaped_line {
  const shape* known = nullptr;
  const char* first = nullptr;  ///< its first letter that is no blank
  values all = {};
};

/// Reads the line up to its newline. False: it has no shape, and nothing is said about it.
bool read_shaped(const char* at, const char* newline, shaped_line& into);

}  // namespace lsmith::isa::text
