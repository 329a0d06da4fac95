// The state of the calling process that decides what an errno of bpf(2) means: its capabilities, its user namespace, a seccomp
// filter, and kernel lockdown. It is read only after a call has failed, and by `lsmith doctor`.
#pragma once

#include <cstdint>
#include <string>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

/// The lockdown mode of the kernel (/sys/kernel/security/lockdown). Integrity forbids nothing that an LSM program needs.
/// Confidentiality forbids helpers that read kernel memory. Unknown if securityfs is not mounted or has no such file.
enum class lockdown : std::uint8_t { none, integrity, confidentiality, unknown };

/// The state of the calling process.
struct caller_context {
  std::uint64_t capabilities = 0;    ///< effective, one bit each
  bool initial_user_namespace = true;  ///< whether it is in the initial user namespace; in another, bpf(2) needs a token
  bool token = false;                ///< whether a BPF token was passed
  bool filtered = false;             ///< whether a seccomp filter fails the command
  bool memory_limited = false;       ///< before 5.11, RLIMIT_MEMLOCK limits maps and programs, and it is not unlimited
  loader::lockdown locked = lockdown::none;
  kernel_version kernel = {};
  std::string lsms = {};             ///< the active LSMs that may refuse bpf(2), separated by commas; empty if unknown

  bool has(capability which) const { return capabilities >> static_cast<int>(which) & 1; }
};

/// Reads the context of this thread. `refused` is the command that failed.
caller_context read_caller_context(abi::command refused, bool with_token = false);

/// Whether a seccomp filter fails this command. Calls it with more bytes than the kernel accepts: the kernel checks that first
/// and returns E2BIG, a filter returns another errno.
bool is_filtered(abi::command command);

/// Reads the lockdown mode.
lockdown read_lockdown();

/// While it lives, read_caller_context() returns `instead`, so that tests can have any context. Applies to the whole process.
class replaced_caller_context {
 public:
  explicit replaced_caller_context(const caller_context& instead);
  ~replaced_caller_context();
  replaced_caller_context(const replaced_caller_context&) = delete;
  replaced_caller_context& operator=(const replaced_caller_context&) = delete;
};

}  // namespace lsmith::loader
