// Parses an ELF file in memory into sections and symbols. The file is not trusted: every offset is checked against the size
// of the file, and every index against its table. An error has the offset of what is wrong, and callers return it unchanged.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <elf.h>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>

namespace lsmith::elf {

/// The error elf_invalid, for a file that contradicts itself at this offset. `why` completes "this ELF file cannot be read: ".
std::unexpected<error> damaged(std::string_view why, std::uint64_t offset);

/// A section. Name and content point into the file.
struct section {
  std::string_view name = {};
  Elf64_Shdr head = {};
  bytes content = {};

  std::uint64_t offset() const { return head.sh_offset; }
  std::string_view text() const { return {reinterpret_cast<const char*>(content.data()), content.size()}; }
};

/// A symbol. The name points into the file.
struct symbol {
  std::string_view name = {};
  Elf64_Sym raw = {};

  unsigned type() const { return ELF64_ST_TYPE(raw.st_info); }
  unsigned bind() const { return ELF64_ST_BIND(raw.st_info); }
};

/// A relocatable 64-bit little-endian ELF file for eBPF. It does not own the bytes, which must outlive it and its views.
class image {
 public:
  /// Errors, here and below: elf_invalid, with the offset of what is wrong as its location.
  static result<image> parse(bytes file);

  /// By their index in the file, so the first one is empty.
  std::span<const section> sections() const { return sections_; }
  /// By their index in the file, so the first one is empty.
  std::span<const symbol> symbols() const { return symbols_; }
  /// Where the symbol table is in the file, for errors.
  std::uint64_t symbols_offset() const { return symbols_offset_; }

  /// The first section of this name, or null.
  const section* find(std::string_view name) const;
  /// The same for a section that the file must have. Error if it is missing or empty.
  result<const section*> required(std::string_view name) const;

 private:
  result<void> read_head(bytes file);
  result<void> read_sections(bytes file);
  result<void> read_symbols();

  Elf64_Ehdr head_ = {};
  std::vector<section> sections_;
  std::unordered_map<std::string_view, std::size_t> numbers_;  ///< of the sections, by name
  std::vector<symbol> symbols_;
  std::uint64_t symbols_offset_ = 0;
};

/// The longest name that is read or written, in bytes. Many symbols can refer to one long string, so without a limit a small
/// damaged file could take much time and memory.
inline constexpr std::size_t longest_name = 4096;

/// The string at an offset of a section. Error if it is outside, or if no zero byte ends it after at most longest_name bytes.
result<std::string_view> string_at(const section& strings, std::uint64_t at);

/// A copy of the record at an offset of a section. Error if it does not fit into the section.
template <class Record>
result<Record> record_at(const section& in, std::uint64_t at) {
  if (!within(at, sizeof(Record), in.content.size())) return damaged(std::string(in.name) + " is cut off", in.offset() + at);
  return read_as<Record>(in.content.data() + at);
}

}  // namespace lsmith::elf
