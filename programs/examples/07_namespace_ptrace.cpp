// The current task is a pointer like any other, also on kernels before 5.11, where no helper returns it with its type. Pointers
// can be compared with each other.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written namespace_ptrace(const btf::types& kernel) {
  return dsl::lsm(kernel, "ptrace_access_check", [](dsl::hook& h) {
    auto mine = h.current()["nsproxy"]["pid_ns_for_children"];
    auto theirs = h.arg("child")["nsproxy"]["pid_ns_for_children"];
    h.when(mine != theirs, [&] { h.deny(EPERM); });
  });
}

}  // namespace lsmith::examples
