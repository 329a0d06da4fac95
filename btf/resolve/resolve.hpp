// Resolves relocations: computes the numbers that a program needs of one kernel (the id of a hook, the offset of a member). All
// relocations are resolved in one walk over the type records, which ends when none is left. The walk also fills a sparse table
// of record offsets. With that table a type that is referred to by its id is found by a short second walk.
//
// Part of the core: no heap, no library. At most 44 KiB of stack.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/relocation/relocation.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// Resolves all relocations. Each gets its own `value` or `failed`. A relocation about existence (field_exists, type_exists,
/// enumval_exists, type_matches) does not fail: its value is 0. Of several types with the same name, the first that resolves
/// the relocation is used; if it has room for candidates, all of them are stored there.
///
/// An error means that the BTF is damaged or could not be read. Its location is the offset of the record, and the relocations
/// are then not usable. Errors: those of find_sections(), btf_kind, btf_string, btf_type_id, btf_loop, btf_layout. BTF in the
/// other byte order is btf_magic (class types reads it).
result<void> resolve(source& from, std::span<relocation> all);

/// The same for a program with BTF of its own: `own`, which must be mapped, is the BTF that relocation::like refers to.
result<void> resolve(source& from, std::span<relocation> all, source& own);

}  // namespace lsmith::btf
#pragma GCC visibility pop
