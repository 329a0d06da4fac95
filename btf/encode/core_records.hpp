// A compiler writes the CO-RE relocations of a program to the section .BTF.ext: one record for each instruction that contains
// such a number (struct bpf_core_relo in include/uapi/linux/bpf.h). A record refers to the program's own types, and to a member
// by indices ("0:5:2": the value itself, its member 5, of that member 2, all from 0). Here a record is converted to a
// relocation by name, which resolve() can resolve for any kernel.
//
//   .BTF.ext:  header | func info | line info | records:  bytes of one | { section, count, records ... } ...
//   a record:  byte offset of the instruction in its section | type id | string of indices | kind    (4 words)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/relocation/core_relo_kind.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// One CO-RE record, with names instead of indices. Owns its texts.
struct core_record {
  std::string section = {};          ///< name of the section that contains the program
  std::uint32_t offset = 0;          ///< of the instruction, in bytes from the section's start
  core_relo_kind kind = core_relo_kind::field_byte_offset;
  std::string type = {};             ///< with its keyword: "struct task_struct___old"
  std::string name = {};             ///< a member path or an enumerator; empty for relocations of types
  type_id like = type_id::none;      ///< in the program's types: the type, or the type of the member

  /// The relocation. It refers to the texts of this record, which must outlive it.
  relocation relocation_for() const { return {.kind = kind, .type = type, .name = name, .like = like}; }
};

/// Reads the CO-RE records of a section .BTF.ext; `own` are the types of the same object. Older files, with a shorter header,
/// have none. Only this machine's byte order is accepted. Errors: btf_magic, btf_truncated, btf_header, btf_string,
/// btf_type_id, btf_layout, with the offset of the record in the section.
result<std::vector<core_record>> read_core_records(bytes ext, const types& own);

}  // namespace lsmith::btf
