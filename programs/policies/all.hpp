// Every ready-made policy. Each has its own file, which opens with: the threat, the hooks and the kernel they need, what the
// policy does not stop, and what it does not undo ("not taken back").
#pragma once

#include <lsmith/programs/policy/ready_made.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

extern const ready_made allow_egress;
extern const ready_made allow_ingress;
extern const ready_made deny_drift;
extern const ready_made deny_exec_from;
extern const ready_made deny_fileless_exec;
extern const ready_made deny_ioctl;
extern const ready_made deny_netlink;
extern const ready_made deny_perf_events;
extern const ready_made deny_raw_sockets;
extern const ready_made deny_socket_family_policy;
extern const ready_made deny_user_namespaces;
extern const ready_made deny_writable_code;
extern const ready_made exec_allow;
extern const ready_made exec_only_from;
extern const ready_made guard_bpf;
extern const ready_made guard_mounts;
extern const ready_made guard_ptrace;
extern const ready_made limit_capabilities;
extern const ready_made lock_kernel_code;
extern const ready_made lock_pins;
extern const ready_made mprotect_audit;
extern const ready_made only_signed_bpf;
extern const ready_made protect_files;
extern const ready_made verity_exec;

}  // namespace lsmith::programs
#pragma GCC visibility pop
