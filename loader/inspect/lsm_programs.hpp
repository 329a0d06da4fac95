// Lists every loaded LSM program, from any loader, with the link that attaches it. Also lists every program that replaces a
// kernel function (modify_return), but only once it is attached: before, it cannot be told from other tracing programs.
//
// Needs CAP_SYS_ADMIN: the kernel lets no other process walk its programs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// One program and one link of it. A program with several links is listed once for each.
struct lsm_program {
  abi::prog_info program = {};
  std::uint32_t link = 0;        ///< id of the link; 0 if it is loaded but not attached
  bool replaces_function = false;        ///< BPF_MODIFY_RETURN
  std::uint32_t hook = 0;        ///< BTF type id of the function it is attached to; 0 if not reported (before 5.13)
  bool to_cgroup = false;        ///< BPF_LSM_CGROUP
  std::uint64_t cgroup = 0;      ///< if to_cgroup: the cgroup's id; 0 once the cgroup is gone

  /// The program's name.
  std::string name() const;
};

/// How often the kernel skipped these programs, summed (recursion_misses, 5.12+). It skips a program that is already running on
/// the CPU. That is its guard against recursion, but it also happens when another process was preempted inside the program.
/// Error: call_failed.
result<std::uint64_t> missed_calls(std::span<const fd> programs);

/// All of them, ordered by program id, then by link id. Errors: missing_capability, call_failed.
result<std::vector<lsm_program>> lsm_programs();

}  // namespace lsmith::loader
#pragma GCC visibility pop
