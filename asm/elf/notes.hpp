// What ELF cannot represent is in a section of our own, as text, one fact per line:
//
//   lsmith object 1
//   kernel 6.12.1                          the kernel that the file was written for
//   constant 1000 uid                      number, name
//   scope 33 uid                           number, kind; else "scope 0 cgroup /sys/fs/cgroup/app"
//   line deny_alg 12 14 3 - policy.s       program, slot, line, column, offset, file: a location that .BTF.ext cannot hold
//   name deny_alg 3 12 9 - policy.s        the same for a relocation
//   function deny_alg 17 40 1 - policy.s   the same for a function that has a record in the program
//   entry deny_alg 23                      a function that is only called: program, slot
//   inherited deny_alg 17                  a line that is there only because every function must begin with one
//   resolved deny_alg 0 8 argument(family) program, slot, value, name: a relocation whose value is in the code
//   worded deny_alg 9                      a CO-RE record whose type was written with its keyword, "struct file"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/elf/image.hpp>
#include <lsmith/btf/base/location.hpp>

namespace lsmith::elf {

enum class note_kind : std::uint8_t { kernel, constant, scope, line, name, function, entry, inherited, resolved, worded };

/// One line. The kind decides which fields are used. It owns no text.
struct note {
  note_kind what = note_kind::constant;
  std::string_view subject = {};  ///< the program, the constant, the kernel, or the scope's kind and path
  std::uint32_t slot = 0;
  std::uint64_t value = 0;        ///< of a constant, a scope, or a resolved relocation
  location where = {};            ///< without its file
  std::string_view text = {};     ///< the location's file, or the name of a resolved relocation
  std::uint64_t at = 0;           ///< when read: the line's offset in the file
};

/// Appends the note as a line.
void print_note(const note& one, std::string& out);

/// Appends the title, which comes before all notes.
void print_title(std::string& out);

/// Reads all notes; they point into the section. Error: elf_invalid with the offset of the line.
result<std::vector<note>> read_notes(const section& in);

}  // namespace lsmith::elf
