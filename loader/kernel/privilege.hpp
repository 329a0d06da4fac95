// The capabilities of this thread, and whether it is in the initial namespaces. bpf(2) accepts a capability only if it is held
// in the initial user namespace, or through a BPF token (token.hpp).
#pragma once

#include <cstdint>
#include <initializer_list>

#include <lsmith/btf/base/error.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Capabilities that bpf(2) checks, with the numbers of include/uapi/linux/capability.h. Before 5.8 it checks only
/// CAP_SYS_ADMIN; since then CAP_SYS_ADMIN includes CAP_BPF and CAP_PERFMON.
enum class capability : int { net_admin = 12, sys_admin = 21, perfmon = 38, bpf = 39 };

/// The effective capabilities of this thread, one bit for each; 0 if capget(2) fails.
std::uint64_t effective_capabilities();

/// Whether this thread has the capability in its effective set.
bool has(capability which);

/// Drops all capabilities except these, permanently, for this thread and the processes that it starts: it sets no_new_privs, so
/// that not even a program with file capabilities or set-user-id gets one back. Attached programs stay attached, and mapped
/// ring buffers can still be read. Maps can be read if CAP_BPF is kept or unprivileged bpf(2) is allowed. Error: call_failed.
result<void> keep_only(std::initializer_list<capability> kept);

/// Whether this process is in the initial user namespace. bpf(2) ignores a capability in another one, unless there is a token.
/// True if /proc is not mounted.
bool in_initial_user_namespace();

/// Whether this process is in the initial pid namespace, whose process numbers BPF programs see. True if /proc is not mounted.
bool in_initial_pid_namespace();

}  // namespace lsmith::loader
#pragma GCC visibility pop
