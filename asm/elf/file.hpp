// An ELF file while it is made: the writer adds sections, symbols and relocations, and libelf writes the file.
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

/// A section. `type` to `entry` are the fields of Elf64_Shdr.
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

/// A relocatable ELF file for eBPF. Sections are numbered from 0 here, and from 1 in the file.
class new_file {
 public:
  /// The number of the section with this name. It is added if it is new; for an existing one only the name counts.
  std::size_t section(std::string_view name, Elf64_Xword flags, Elf64_Xword align, Elf64_Word type = SHT_PROGBITS);
  /// The reference is valid until a section is added.
  new_section& at(std::size_t section) { return sections_[section]; }
  std::size_t sections() const { return sections_.size(); }

  /// Adds a symbol and returns its number. ELF requires local symbols before all others, so add those first.
  std::size_t add_symbol(std::string_view name, unsigned char bind, unsigned char type, std::size_t section, Elf64_Addr value,
                         Elf64_Xword size);
  /// The number of the undefined symbol with this name, which is added if it is new.
  std::size_t undefined(std::string_view name);

  /// Adds a relocation at byte `offset` of a section.
  void relocate(std::size_t section, Elf64_Addr offset, std::size_t symbol, relocation_type type) {
    sections_[section].relocations.push_back({offset, ELF64_R_INFO(symbol, static_cast<std::uint32_t>(type))});
  }

  /// Writes the file to `to`, an empty file that is open for reading and writing. The tables of relocations and symbols come
  /// after the sections. Call it once. Faults: elf_invalid for an error of libelf, value_unfit for too many sections.
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

/// Appends the bytes of the value, in the byte order of the CPU.
template <class T>
void append(std::vector<std::byte>& to, const T& value) {
  const auto* start = reinterpret_cast<const std::byte*>(&value);
  to.insert(to.end(), start, start + sizeof value);
}

/// Appends the bytes of all elements, which are contiguous.
template <class Records>
void append_all(std::vector<std::byte>& to, const Records& all) {
  const auto* start = reinterpret_cast<const std::byte*>(std::data(all));
  to.insert(to.end(), start, start + std::size(all) * sizeof *std::data(all));
}

}  // namespace lsmith::elf
