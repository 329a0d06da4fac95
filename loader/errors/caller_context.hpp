// One errno of bpf(2) has many causes. What tells them apart is not in the answer but around it: what this process may do,
// which user namespace it stands in, whether a seccomp filter answers in the kernel's place, how far the kernel is locked
// down. All of it is looked up only after a refusal, or when somebody asks (lsmith doctor).
#pragma once

#include <cstdint>
#include <string>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

/// How far the kernel keeps even root out of itself (/sys/kernel/security/lockdown). Integrity takes nothing away that an LSM
/// program needs; confidentiality keeps programs from reading kernel memory by helpers.
enum class lockdown : std::uint8_t { none, integrity, confidentiality, unknown };

/// Where a process stands when the kernel answers.
struct caller_context {
  std::uint64_t capabilities = 0;    ///< effective, one bit each
  bool first_user_namespace = true;  ///< capabilities of another one do not count for bpf(2) without a token
  bool token = false;                ///< a BPF token was handed on
  bool filtered = false;             ///< a seccomp filter answers bpf(2) in the kernel's place
  bool memory_limited = false;       ///< maps and programs count against RLIMIT_MEMLOCK, and it is not unlimited
  loader::lockdown locked = lockdown::none;
  kernel_version kernel = {};
  std::string lsms = {};             ///< the active ones that may refuse, by comma; empty when nobody tells

  bool has(capability which) const { return capabilities >> static_cast<int>(which) & 1; }
};

/// The caller_context of this thread, for the command that was refused.
caller_context read_caller_context(abi::command refused, bool with_token = false);

/// Whether a seccomp filter answers this command in the kernel's place: with more bytes than the kernel reads it answers E2BIG
/// before anything else is looked at, and a filter does not.
bool is_filtered(abi::command command);

lockdown read_lockdown();

/// While it lives, read_caller_context() gives `instead`: how tests stand where this machine does not. For the whole process.
class replaced_caller_context {
 public:
  explicit replaced_caller_context(const caller_context& instead);
  ~replaced_caller_context();
  replaced_caller_context(const replaced_caller_context&) = delete;
  replaced_caller_context& operator=(const replaced_caller_context&) = delete;
};

}  // namespace lsmith::loader
