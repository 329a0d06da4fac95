// Every LSM program that the kernel holds, whoever loaded it, with what holds it in place, and every program that stands in
// for one of the kernel's functions (modify_return), once it is attached: before, nothing tells it from other programs.
// Needs CAP_SYS_ADMIN: the kernel lets nobody else look through its programs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>

namespace lsmith::loader {

/// One LSM program, attached by one link, or by none.
struct lsm_program {
  abi::prog_info program = {};
  std::uint32_t link = 0;        ///< 0: loaded, and attached nowhere
  bool replaces_function = false;        ///< BPF_MODIFY_RETURN
  std::uint32_t hook = 0;        ///< BTF id of the function it is attached to; 0 where the kernel does not tell (before 5.13)
  bool to_cgroup = false;        ///< BPF_LSM_CGROUP
  std::uint64_t cgroup = 0;      ///< then: the cgroup's number; 0 once it is gone

  std::string name() const;
};

/// How many calls the kernel has left these programs out of, each because another process was interrupted inside the program
/// on the same processor: the guard against recursion does not tell that from recursion. Counted since 5.12. Error: call_failed.
result<std::uint64_t> missed_calls(std::span<const fd> programs);

/// All of them, in the order of their ids. Errors: missing_capability, call_failed.
result<std::vector<lsm_program>> lsm_programs();

}  // namespace lsmith::loader
