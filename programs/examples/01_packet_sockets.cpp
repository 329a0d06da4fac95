// A condition on a hook's arguments. `family` and `kern` are the kernel's names for them. What is not denied is allowed.
#include <sys/socket.h>

#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written packet_sockets(const btf::types& kernel) {
  return dsl::lsm(kernel, "socket_create", [](dsl::hook& h) {
    const auto by_kernel = h.arg("kern") != 0;
    h.when(!by_kernel && h.arg("family").in({AF_PACKET, AF_VSOCK}), [&] { h.deny(EPERM); });
  });
}

}  // namespace lsmith::examples
