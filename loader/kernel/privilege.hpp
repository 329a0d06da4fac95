// What this thread may do, and in which namespaces it stands.
#pragma once

#include <cstdint>
#include <initializer_list>

#include <lsmith/btf/base/error.hpp>

namespace lsmith::loader {

/// Capabilities that bpf(2) asks for. Numbers of include/uapi/linux/capability.h. Before 5.8 only CAP_SYS_ADMIN counts; from
/// then on it stands for the other two as well.
enum class capability : int { net_admin = 12, sys_admin = 21, perfmon = 38, bpf = 39 };

/// The capabilities that this thread holds effectively, one bit each; none when the kernel does not say.
std::uint64_t effective_capabilities();

/// Whether this thread holds a capability effectively.
bool has(capability which);

/// Gives up, for this thread and whatever it starts, every capability but these, for good: not even a program with file
/// capabilities or set-user-id brings one back. What is attached stays attached, mapped rings are read on, and maps as well where
/// unprivileged bpf(2) is allowed or CAP_BPF is kept. Error: call_failed.
result<void> keep_only(std::initializer_list<capability> kept);

/// Whether this process is in the first user namespace. A capability held in another one does not count for bpf(2)
/// without a token. True when /proc cannot tell.
bool in_first_user_namespace();

/// Whether this process is in the first pid namespace, whose numbers BPF programs see. True when /proc cannot tell.
bool in_first_pid_namespace();

}  // namespace lsmith::loader
