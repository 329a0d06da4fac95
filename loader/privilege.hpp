// EPERM has many causes and one number. What this process may do, and in which user namespace it stands, tells most of
// them apart; it is looked up only after a refusal.
#pragma once

#include <string>

#include <lsmith/btf/base/error.hpp>

namespace lsmith::loader {

/// Whether this thread holds a capability effectively. Numbers of include/uapi/linux/capability.h.
enum class capability : int { sys_admin = 21, perfmon = 38, bpf = 39, net_admin = 12 };
bool has(capability which);

/// Whether this process is in the first user namespace. A capability held in another one does not count for bpf(2)
/// without a token. True when /proc cannot tell.
bool in_first_user_namespace();

/// Whether this process is in the first pid namespace, whose numbers BPF programs see. True when /proc cannot tell.
bool in_first_pid_namespace();

/// Why the kernel answered EPERM to `command` (a BPF_* name) for the map or program of that name: missing_capability where
/// one is missing; memory_limit before 5.11, where both counted against RLIMIT_MEMLOCK and EPERM was the answer, unless
/// there is no limit; no_permission with the next likely cause otherwise.
error explain_eperm(std::string_view command, std::string_view name = {});

}  // namespace lsmith::loader
