// A program names what it needs of a kernel: a hook, an argument, a member. The answers are numbers, and they differ from
// kernel to kernel. Everything that is asked is answered in one walk over the type records, which ends as soon as nothing
// is left to find. On the way a sparse table of offsets is kept, so that a member's type, which is only an id, can be
// reached again with a short second walk.
//
// Part of the core: no heap, no library. At most 44 KiB of stack.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format.hpp>
#include <lsmith/btf/question.hpp>
#include <lsmith/btf/source.hpp>

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
struct wanted {
  question ask = question::hook_id;
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
bool is_ambiguous(const wanted& asked);

/// How many questions one walk answers. More are answered in as many walks as they need.
inline constexpr std::size_t questions_at_once = 128;

/// How many typedefs, qualifiers and anonymous members may be nested. Real kernels stay far below; only a loop in damaged
/// BTF is deeper.
inline constexpr unsigned deepest_nesting = 32;

/// Answers all questions. Each gets its own `value` or `failed`; questions about existence do not fail, they are answered
/// with 0. Of several types with the same name the first in which the question has an answer counts, and all of them are
/// told where the question has room for candidates.
///
/// An error means that the BTF itself is damaged or could not be read; its place is the offset of the record, and the
/// questions are then undecided. BTF in the other byte order is refused here (class types reads it).
result<void> resolve(source& from, std::span<wanted> all);

/// The same for a program that brings types of its own: `own`, which must be mapped, is what `wanted::like` refers to.
result<void> resolve(source& from, std::span<wanted> all, source& own);

/// The failure of one question as an error, for a question with `failed` set.
error error_of(const wanted& asked);

}  // namespace lsmith::btf
