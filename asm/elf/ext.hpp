// .BTF.ext: what the types say about the code, section by section. Behind its header stand parts, each with the length of
// its records, and then for every section of code a head and its records, which count bytes from the section's start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/asm/elf/file.hpp>
#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/format/format.hpp>

namespace lsmith::elf {

/// Offsets count from the header's end.
struct ext_header {
  std::uint16_t magic;
  std::uint8_t version;
  std::uint8_t flags;
  std::uint32_t hdr_len;
  std::uint32_t func_info_off;
  std::uint32_t func_info_len;
  std::uint32_t line_info_off;
  std::uint32_t line_info_len;
  std::uint32_t core_relo_off;
  std::uint32_t core_relo_len;
};
struct ext_section {
  std::uint32_t name;
  std::uint32_t records;
};
struct ext_function {
  std::uint32_t offset;
  std::uint32_t type;
};
struct ext_line {
  std::uint32_t offset;
  std::uint32_t file;
  std::uint32_t text;
  std::uint32_t line_column;
};
struct ext_core {
  std::uint32_t offset;
  std::uint32_t type;
  std::uint32_t access;
  std::uint32_t kind;
};

/// One part that is being made: records by the number of their section.
template <class Record>
class ext_part {
 public:
  void add(std::size_t section, const Record& one) {
    if (section >= by_section_.size()) by_section_.resize(section + 1);
    by_section_[section].push_back(one);
  }

  bool empty() const { return by_section_.empty(); }

  /// The part's bytes. Names of sections go into the strings.
  std::vector<std::byte> finish(new_file& file, btf::encoder& strings) const {
    std::vector<std::byte> made;
    append(made, static_cast<std::uint32_t>(sizeof(Record)));
    for (std::size_t section = 0; section < by_section_.size(); ++section) {
      if (by_section_[section].empty()) continue;
      append(made, ext_section{strings.string(file.at(section).name), static_cast<std::uint32_t>(by_section_[section].size())});
      append_all(made, by_section_[section]);
    }
    return made;
  }

 private:
  std::vector<std::vector<Record>> by_section_;
};

}  // namespace lsmith::elf
