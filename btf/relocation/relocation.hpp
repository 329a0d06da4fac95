// A relocation names something in a kernel's BTF (a hook, an argument, a member) that an instruction needs as a number. The
// same struct contains the result: resolve() fills it in.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/format.hpp>
#include <lsmith/btf/relocation/core_relo_kind.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// One of several types with the same name, and the value of the relocation in it.
struct candidate {
  type_id id = type_id::none;
  std::int64_t value = 0;
};

/// One relocation and its result.
///
/// `type` names a struct, union, enum or other type. Its keyword may precede it ("struct file", "union ...", "enum ...",
/// "typedef ..."). A flavour may follow it: three underscores and anything ("task_struct___old"). The flavour is ignored.
///
/// `name`, for kinds that take a member path, is members joined by dots, with indices for arrays: "vm_mm", "f_path.dentry",
/// "comm[0]". An index at the start selects one of several values of the type, as in an array: "[1].comm" is that of the
/// second. Members of anonymous structs and unions are named as in C, without a step for the struct. A path does not lead
/// through pointers.
///
/// Owns nothing: `type`, `name` and `room` refer to memory of the caller, which must outlive it. `missing` is a part of `type`
/// or `name`.
struct relocation {
  core_relo_kind kind = core_relo_kind::hook_id;
  std::string_view type = {};
  std::string_view name = {};

  std::int64_t value = 0;        ///< the resolved value; core_relo_kind defines its meaning
  cause failed = cause::none;    ///< why it was not resolved; none when it was
  type_id id = type_id::none;    ///< the type that resolved it: a FUNC, struct, union or enum
  std::string_view missing = {}; ///< when failed: `type` or `name`, up to the end of the part that was not found

  /// The local type: the type in the program's own BTF (which resolve() takes) of the type named, or of the member at the end
  /// of the path. Then only types compatible with it by the rules of CO-RE resolve the relocation. None accepts all types.
  type_id like = type_id::none;

  /// The id of the type that resolves it, if the caller knows it: resolve() then reads that type without a search by name. A
  /// hint is ignored when that type has another name, or when `room` is used. An id that does not exist is an error.
  type_id hint = type_id::none;

  /// Memory for candidates. If it is not empty, every type that resolves the relocation is stored, not only the first; the walk
  /// then reads all types.
  std::span<candidate> room = {};
  std::uint32_t candidates = 0;  ///< with `room`: how many candidates there are; may exceed room.size()
};

/// Whether the candidates stored in `room` have different values.
bool is_ambiguous(const relocation& relo);

/// How many relocations one walk over the types resolves. resolve() accepts any number and walks as often as needed.
inline constexpr std::size_t relocations_at_once = 128;

/// The failure of a relocation as an error. `failed` must be set.
error error_of(const relocation& relo);

}  // namespace lsmith::btf
#pragma GCC visibility pop
