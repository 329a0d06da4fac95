// The hook's argument has type sockaddr; its family says which type it really has. dsl::socket_address reads the family, and
// copies the port of IPv4 and IPv6 addresses from kernel memory, because the verifier does not trust a cast pointer. Ports are
// in host order.
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
