// What a program asks of a kernel's types, and what became of it: one value holds both. resolve() fills in the results.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/format.hpp>
#include <lsmith/btf/relocation/core_relo_kind.hpp>

namespace lsmith::btf {

/// One of several types with the same name, and what it answers.
struct candidate {
  type_id id = type_id::none;
  std::int64_t value = 0;
};

/// One question and its answer.
///
/// `type` is a struct, union, enum or other type by name. It may be preceded by its word ("struct file", "union ...",
/// "enum ...", "typedef ...") and followed by a flavour, three underscores and anything ("task_struct___old"), which is ignored.
///
/// `name`, where the question wants a path, is members joined by dots, with indices for arrays: "vm_mm", "f_path.dentry",
/// "comm[0]". An index in front counts whole values of the type: "[1].comm" is the next one's. Members of anonymous structs and unions are named as in C, without a step of their own. A path does not lead
/// through pointers.
struct relocation {
  core_relo_kind kind = core_relo_kind::hook_id;
  std::string_view type = {};
  std::string_view name = {};

  std::int64_t value = 0;        ///< the answer, as question.hpp says what it counts
  cause failed = cause::none;    ///< why there is none; none when answered
  type_id id = type_id::none;    ///< the type in which the answer was found: the FUNC, struct, enum
  std::string_view missing = {}; ///< when failed: the part of `type` or `name` that was not found, up to its end

  /// What the asking program takes the type for, or the member at the path's end: a type of its own BTF, which resolve() is
  /// given. An answer is then one in a type that is like it, by the rules of CO-RE; none takes any.
  type_id like = type_id::none;

  /// The type in which the answer is, where somebody knows it: it is walked to without looking for its name. One that does not bear
  /// the name counts for nothing. Not beside `room`.
  type_id hint = type_id::none;

  /// Where every type that has an answer is to be told, not only the first; the walk then goes to the end.
  std::span<candidate> room = {};
  std::uint32_t candidates = 0;  ///< how many there are, with `room`; perhaps more than it holds
};

/// Whether candidates were found that answer differently.
bool is_ambiguous(const relocation& asked);

/// How many questions one walk answers. More are answered in as many walks as they need.
inline constexpr std::size_t relocations_at_once = 128;

/// The failure of one question as an error, for a question with `failed` set.
error error_of(const relocation& asked);

}  // namespace lsmith::btf
