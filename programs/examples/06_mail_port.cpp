// The hook calls it a sockaddr; what it really is, its family says. A cast makes the DSL copy the fields out of the
// kernel's memory, as no verifier would believe the cast. Ports and addresses come in network order.
#include <sys/socket.h>

#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written mail_port(const btf::types& kernel) {
  return dsl::lsm(kernel, "socket_connect", [](dsl::hook& h) {
    auto address = h.arg("address");
    auto port4 = address.as("sockaddr_in")["sin_port"].from_network();
    auto port6 = address.as("sockaddr_in6")["sin6_port"].from_network();
    h.when(address["sa_family"] == AF_INET && port4 == 25, [&] { h.deny(EPERM); });
    h.when(address["sa_family"] == AF_INET6 && port6 == 25, [&] { h.deny(EPERM); });
  });
}

}  // namespace lsmith::examples
