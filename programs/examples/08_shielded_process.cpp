// A constant is a number that is set before load: object->set("shielded", pid). An early h.allow() avoids nested conditions.
#include <csignal>
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written shielded_process(const btf::types& kernel) {
  return dsl::lsm(kernel, "task_kill", [](dsl::hook& h) {
    auto target = h.arg("p")["tgid"];
    h.when(h.pid() == 1 || h.arg("sig") == 0, [&] { h.allow(); });
    h.when(target == h.constant("shielded", 0) && target != h.pid(), [&] { h.deny(EPERM); });
  });
}

}  // namespace lsmith::examples
