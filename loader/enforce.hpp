// Enforces an object on the running kernel: resolves its relocations, creates its maps, loads its programs, and attaches all of
// them or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/load/load_options.hpp>
#include <lsmith/loader/load/maps.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// An enforced policy. It ends when this is destroyed, or when the process ends for any reason: the kernel detaches a program
/// when the last descriptor of its link is closed. Pinning keeps it (pin/pins.hpp). Owns its descriptors.
class enforcement {
 public:
  /// The map of that name; null if the object has none. Valid until `maps` changes.
  const live_map* find_map(std::string_view name) const;

  std::vector<live_map> maps;
  std::vector<std::string> names;  ///< of the programs, in the object's order
  std::vector<fd> programs;  ///< in the same order
  std::vector<fd> links;     ///< in the same order; no descriptor for a program that is only tail-called; empty after load()
  fd scope_namespace;        ///< of the scope, if it is one: while it is open, no other namespace gets its inode number
};

/// Sets the constants of the object's scope, as load() does, so that they are seen in a listing. Needs no privilege. Errors:
/// unknown_constant or unknown_map for a scope that the object does not test, scope_missing for a test of another scope than the
/// object's, namespace_invalid.
result<void> set_scope(object& whole, const load_options& how);

/// Resolves the object for the running kernel, creates its maps and loads its programs. Attaches nothing. Needs CAP_BPF and
/// CAP_PERFMON, or CAP_SYS_ADMIN, or a BPF token (6.9+). If the limit of locked memory is too low (before 5.11), it is raised for
/// the time of the calls and then restored. Any number of threads may call this at the same time.
///
/// Errors, after which nothing stays loaded:
///
///   every cause of check()                                       the object itself is wrong
///   those of set_scope(); cgroup_invalid, unknown_process        its scope
///   unknown_hook, unknown_type, unknown_member, unknown_argument, unknown_enumerator, unknown_function, ambiguous_name,
///   relocation_range, hook_not_decisive      a relocation, at its source line
///   kernel_without_btf, file_unreadable, and the causes btf_*    the kernel's BTF
///   missing_capability, token_missing, token_lacks, seccomp_forbids, lsm_forbids, lockdown_forbids, kernel_without_bpf,
///   kernel_too_old, memory_limit, memory_missing                 the kernel refuses a call (docs/errors.md)
///   map_refused, map_too_large, map_operation, unknown_map, map_differs, pin_failed     maps, their contents, reused maps
///   hook_not_attachable, hook_not_sleepable, jit_missing, license_refused, helper_refused, too_many_maps, return_range,
///   program_too_complex, program_rejected, verifier_rejected     at the source line where the verifier stopped, with its log
///                                                                in load_error::log; load_failed without a log
load_result<enforcement> load(const object& whole, const load_options& how = {});

/// Enforces an object: loads it, and attaches every program, or none. Before, it checks that attached programs run
/// (probe/can_enforce.hpp), unless `even_if_inactive` is set. BPF_LSM_MAC and BPF_MODIFY_RETURN need 5.10, BPF_LSM_CGROUP needs
/// 6.0. Any number of threads may call this at the same time.
///
/// Errors, after which nothing stays attached: those of load(), and
///
///   lsm_not_active, ftrace_off, not_enforced                     programs would attach, and never run
///   hook_busy, too_many_programs, too_many_cgroup_hooks, trampoline_missing, attach_failed
///   kernel_fault                                                 this kernel is known to crash, and `despite_faults` is not set
///   unknown_map                                                  `confirm_within` without a map reserved::deadline
load_result<enforcement> enforce(const object& whole, const load_options& how = {});

}  // namespace lsmith::loader
#pragma GCC visibility pop
