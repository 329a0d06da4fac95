// A compiler writes down what a program wants of a kernel's types: one record for each instruction that holds such a number,
// in the section .BTF.ext. A record points into the program's own types and says with indices which member it means
// ("0:5:2": the value itself, its sixth member, the third of that). Here it becomes a question by name, as every kernel can
// answer it.
//
//   .BTF.ext:  header | func info | line info | records:  bytes of one | { section, count, records ... } ...
//   a record:  byte offset of the instruction in its section | type | string of indices | which question    (4 words)
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/relocation/core_relo_kind.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// One record, as a question.
struct core_record {
  std::string section = {};          ///< of the program
  std::uint32_t offset = 0;          ///< of the instruction, in bytes from the section's start
  core_relo_kind kind = core_relo_kind::field_byte_offset;
  std::string type = {};             ///< with its word: "struct task_struct___old"
  std::string name = {};             ///< the path of a member, or an enumerator; empty for questions about types
  type_id like = type_id::none;      ///< in the program's types: the type, or that of the member

  /// The question; refers to this record.
  relocation relocation_for() const { return {.kind = kind, .type = type, .name = name, .like = like}; }
};

/// Reads the records of a section .BTF.ext; `own` are the types of the same object. None are there in older files, whose
/// header ends before. Errors: btf_truncated, btf_header, btf_string, btf_type_id, btf_layout, with the offset of the record
/// in the section.
result<std::vector<core_record>> read_core_records(bytes ext, const types& own);

}  // namespace lsmith::btf
