// The hook calls it a sockaddr; what it really is, its family says. dsl::socket_address looks at it, and copies the port of
// either family out of the kernel's memory, since no verifier would believe a cast. Ports are as the host counts them.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written mail_port(const btf::types& kernel) {
  return dsl::lsm(kernel, "socket_connect", [](dsl::hook& h) {
    const dsl::socket_address to(h.arg("address"));
    h.when(to.port() == 25, [&] { h.deny(EPERM); });
  });
}

}  // namespace lsmith::examples
