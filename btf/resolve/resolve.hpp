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
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/relocation/relocation.hpp>

namespace lsmith::btf {

/// Answers all questions. Each gets its own `value` or `failed`; questions about existence do not fail, they are answered
/// with 0. Of several types with the same name the first in which the question has an answer counts, and all of them are
/// told where the question has room for candidates.
///
/// An error means that the BTF itself is damaged or could not be read; its place is the offset of the record, and the
/// questions are then undecided. BTF in the other byte order is refused here (class types reads it).
result<void> resolve(source& from, std::span<relocation> all);

/// The same for a program that brings types of its own: `own`, which must be mapped, is what `wanted::like` refers to.
result<void> resolve(source& from, std::span<relocation> all, source& own);

}  // namespace lsmith::btf
