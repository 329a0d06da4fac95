// What ELF has no place for stands in a section of our own, as text, one fact a line:
//
//   lsmith object 1
//   kernel 6.12.1                          the kernel that the file was written for
//   constant 1000 uid                      number, name
//   line deny_alg 12 14 3 - policy.s       program, slot, line, column, offset, file: a place that .BTF.ext cannot hold
//   name deny_alg 3 12 9 - policy.s        the same of a relocation
//   function deny_alg 17 40 1 - policy.s   the same of a function that the program names
//   entry deny_alg 23                      a function that is only called
//   inherited deny_alg 17                  a line that is there only because each function must begin with one
//   resolved deny_alg 0 8 argument(family) program, slot, answer, question: it stands in the code
//   worded deny_alg 9                      a CO-RE record whose type was written with its word, "struct file"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/elf/image.hpp>
#include <lsmith/btf/base/location.hpp>

namespace lsmith::elf {

enum class note_kind : std::uint8_t { kernel, constant, line, name, function, entry, inherited, resolved, worded };

/// One line. Which fields are meant depends on the kind.
struct note {
  note_kind what = note_kind::constant;
  std::string_view subject = {};  ///< the program, the constant, or the kernel
  std::uint32_t slot = 0;
  std::uint64_t value = 0;        ///< of a constant, or an answer
  location where = {};               ///< without its file
  std::string_view text = {};     ///< the place's file, or a question
  std::uint64_t at = 0;           ///< the line's offset in the file that was read
};

/// Appends the note as a line.
void print_note(const note& one, std::string& out);

/// The title, before all notes.
void print_title(std::string& out);

/// Reads them all; they point into the section.
result<std::vector<note>> read_notes(const section& in);

}  // namespace lsmith::elf
