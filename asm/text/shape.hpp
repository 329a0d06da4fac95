// The fast path of the text assembler. The shape of a line is its text with one character instead of each register, number
// and label. Nearly all lines have one of a few hundred shapes. So a line is read once, character by character, and its shape
// is looked up in a table, which is made from the instruction table.
//
//   if w6 s> -5 goto deny      "if w s> n goto l"      values: 6, -5, deny
//
// Lines with other shapes (other blanks, names, calls, errors) are read by the grammar (statement.hpp), which is slower and
// can explain faults.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <lsmith/asm/text/fields.hpp>

namespace lsmith::isa::text {

/// One way to write a row of the instruction table.
struct shape {
  static constexpr std::size_t longest = 64;

  std::array<char, longest + 8> text = {};  ///< padded with zeros
  const form* row = nullptr;                ///< null if several rows have this shape: the grammar reads such lines
  std::vector<slot_of_value> slots = {};    ///< where the values go, in the order of the line
};

/// A line that was read by its shape.
struct shaped_line {
  const shape* known = nullptr;
  const char* first = nullptr;  ///< its first character that is not a blank
  values all = {};
};

/// Reads the line from `at` up to `newline`, which points to its newline character. Returns false if the line has no known
/// shape, which is not an error: the grammar then reads it. The values point into the line; the shape is never freed.
bool read_shaped(const char* at, const char* newline, shaped_line& into);

}  // namespace lsmith::isa::text
