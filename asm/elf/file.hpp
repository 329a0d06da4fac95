// An ELF file that is being made: sections are filled, symbols named, and libelf lays it all out and writes it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>

#include <lsmith/asm/elf/format.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/base/fd.hpp>

namespace lsmith::elf {

struct new_section {
  std::string name;
  Elf64_Word type = SHT_PROGBITS;
  Elf64_Xword flags = 0;
  Elf64_Xword align = 1;
  std::vector<std::byte> content = {};
  Elf64_Word link = 0, info = 0;
  Elf64_Xword entry = 0;
  std::vector<Elf64_Rel> relocations = {};
};

class new_file {
 public:
  /// The number of the section of this name, which is made if it is not there.
  std::size_t section(std::string_view name, Elf64_Xword flags, Elf64_Xword align, Elf64_Word type = SHT_PROGBITS);
  new_section& at(std::size_t section) { return sections_[section]; }
  std::size_t sections() const { return sections_.size(); }

  /// Adds a symbol and gives its number. ELF wants the local ones before all others.
  std::size_t add_symbol(std::string_view name, unsigned char bind, unsigned char type, std::size_t section, Elf64_Addr value,
                         Elf64_Xword size);
  /// The symbol of something that is not in the file.
  std::size_t undefined(std::string_view name);

  void relocate(std::size_t section, Elf64_Addr offset, std::size_t symbol, relocation_type type) {
    sections_[section].relocations.push_back({offset, ELF64_R_INFO(symbol, static_cast<std::uint32_t>(type))});
  }

  /// Writes the whole file, with tables of symbols and relocations behind the sections, to an empty one that is open for
  /// reading and writing. The fault is elf_invalid.
  checked<void> finish(const fd& to);

 private:
  Elf64_Word string(std::string_view text);
  void add_relocations();
  void add_symbols();

  std::vector<new_section> sections_;
  std::map<std::string, std::size_t, std::less<>> section_numbers_;
  std::vector<Elf64_Sym> symbols_ = {Elf64_Sym{}};
  std::size_t first_global_ = 1;
  std::map<std::string, std::size_t, std::less<>> undefined_;
  std::string strings_ = std::string(1, '\0');
};

/// Appends the value's own bytes.
template <class T>
void append(std::vector<std::byte>& to, const T& value) {
  const auto* start = reinterpret_cast<const std::byte*>(&value);
  to.insert(to.end(), start, start + sizeof value);
}

/// Appends the bytes of each.
template <class Records>
void append_all(std::vector<std::byte>& to, const Records& all) {
  const auto* start = reinterpret_cast<const std::byte*>(std::data(all));
  to.insert(to.end(), start, start + std::size(all) * sizeof *std::data(all));
}

}  // namespace lsmith::elf
