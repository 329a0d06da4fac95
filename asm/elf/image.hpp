// An ELF file as it lies in memory, taken apart into sections and symbols. Nothing in it is believed: every offset is held
// against the bytes that are there, every index against its table. What contradicts is told once, with the offset at which
// it stands, and whoever asked passes it on.
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

/// The error of a file that contradicts itself at this offset.
std::unexpected<error> damaged(std::string_view why, std::uint64_t offset);

/// A section; name and content lie in the file.
struct section {
  std::string_view name = {};
  Elf64_Shdr head = {};
  bytes content = {};

  std::uint64_t offset() const { return head.sh_offset; }
  std::string_view text() const { return {reinterpret_cast<const char*>(content.data()), content.size()}; }
};

struct symbol {
  std::string_view name = {};
  Elf64_Sym raw = {};

  unsigned type() const { return ELF64_ST_TYPE(raw.st_info); }
  unsigned bind() const { return ELF64_ST_BIND(raw.st_info); }
};

/// A relocatable file for eBPF. Views into bytes that outlive it.
class image {
 public:
  /// Errors, here and below: elf_invalid, its place the offset of what is wrong.
  static result<image> parse(bytes file);

  std::span<const section> sections() const { return sections_; }
  std::span<const symbol> symbols() const { return symbols_; }
  std::uint64_t symbols_offset() const { return symbols_offset_; }

  /// The first section of this name, or null.
  const section* find(std::string_view name) const;
  /// The same where the file must have it, with something in it.
  result<const section*> wanted(std::string_view name) const;

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

/// No name in a file is longer; so a damaged one cannot make much of little.
inline constexpr std::size_t longest_name = 4096;

/// The text that begins at an offset of a section and ends with a zero.
result<std::string_view> string_at(const section& strings, std::uint64_t at);

/// The record at an offset of a section.
template <class Record>
result<Record> record_at(const section& in, std::uint64_t at) {
  if (!within(at, sizeof(Record), in.content.size())) return damaged(std::string(in.name) + " is cut off", in.offset() + at);
  return read_as<Record>(in.content.data() + at);
}

}  // namespace lsmith::elf
