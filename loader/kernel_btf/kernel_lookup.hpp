// Resolves names to BTF type ids without reading any BTF. A program of type SYSCALL may call the helper
// bpf_btf_find_by_name_kind() (5.14+). So such a program is made with the names on its stack, and run once: it writes the ids
// to its context. Nothing needs to be mounted. Only ids can be resolved in this way, not members.
//
// Part of the core: no heap.
#pragma once

#include <span>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/resolve/resolve.hpp>

namespace lsmith::loader {

/// Whether the kernel can resolve this relocation by name: the id of a hook, of a function, or of a type that is named with its
/// keyword ("struct file", "union ...", "typedef ..."). The name must fit the program's stack (127 characters), and `room` and
/// `like` must not be used.
bool can_look_up(const btf::relocation& relo);

/// Lets the kernel resolve these relocations. can_look_up() must be true for each. Each gets its `value` or `failed`, as from
/// btf::resolve(). A name that only a module has is not found. Errors: kernel_too_old before 5.14, call_failed.
result<void> look_up(std::span<btf::relocation> all);

/// If all relocations are about hooks and their arguments, and these are at most eight hooks: lets the kernel look up the
/// hooks' ids, and stores them as relocation::hint. Otherwise, or if the kernel cannot look them up, changes nothing.
void hint_at_hooks(std::span<btf::relocation> all);

}  // namespace lsmith::loader
