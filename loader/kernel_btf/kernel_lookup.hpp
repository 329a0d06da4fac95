// The kernel finds the number of a name itself when a program asks it to: bpf_btf_find_by_name_kind, which only programs of
// type SYSCALL may call (5.14+). Such a program holds the names on its stack, runs once, and leaves the numbers in its
// context. No types are read, and nothing needs to be mounted; but numbers of names are all that it tells.
//
// Core: no heap.
#pragma once

#include <span>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/resolve/resolve.hpp>

namespace lsmith::loader {

/// Whether the kernel can answer the question itself: the number of a hook or function, and of a type that is asked for
/// with its word ("struct file", "union ...", "typedef ..."); of a name that fits a program's stack.
bool can_look_up(const btf::relocation& asked);

/// Has the kernel answer questions, all of which it can answer. Each gets its `value` or `failed`, as from btf::resolve;
/// one that is found in a module only is not found. Errors: kernel_too_old before 5.14, call_failed.
result<void> look_up(std::span<btf::relocation> all);

/// Where all questions are about hooks and their arguments, and few hooks: has the kernel tell the hooks' numbers, and notes them
/// as hints. Nothing is noted where it does not.
void hint_at_hooks(std::span<btf::relocation> all);

}  // namespace lsmith::loader
