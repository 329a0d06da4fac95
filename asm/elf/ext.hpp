// The section .BTF.ext connects the code to its types and source lines (Documentation/bpf/btf.rst). After its header there are
// three parts: functions, lines and CO-RE relocations. Each part begins with the size of one record (u32). Then, for every
// section of code, an ext_section and its records follow. Offsets in records are bytes from the start of that section.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/asm/elf/file.hpp>
#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/format/format.hpp>

namespace lsmith::elf {

/// Offsets of parts are bytes from the end of the header, lengths are bytes.
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
  std::uint32_t name;     ///< offset into the strings of .BTF
  std::uint32_t records;  ///< how many
};
struct ext_function {
  std::uint32_t offset;
  std::uint32_t type;  ///< type id of a BTF_KIND_FUNC
};
struct ext_line {
  std::uint32_t offset;
  std::uint32_t file;         ///< offset into the strings of .BTF
  std::uint32_t text;         ///< likewise
  std::uint32_t line_column;  ///< line << 10 | column
};
struct ext_core {
  std::uint32_t offset;
  std::uint32_t type;    ///< type id
  std::uint32_t access;  ///< offset into the strings of .BTF: the access string, "0:1"
  std::uint32_t kind;    ///< btf::core_relo_kind
};

/// One part while it is made: records by the number of their section (new_file::section).
template <class Record>
class ext_part {
 public:
  void add(std::size_t section, const Record& one) {
    if (section >= by_section_.size()) by_section_.resize(section + 1);
    by_section_[section].push_back(one);
  }

  bool empty() const { return by_section_.empty(); }

  /// The part's bytes. Adds the names of the sections to `strings`, which become those of .BTF.
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
