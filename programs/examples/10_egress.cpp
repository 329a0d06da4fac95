// Everything together: a cast, an LPM trie, which finds the longest matching prefix, a counter per user, and an event after the
// verdict.
#include <sys/socket.h>

#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written egress(const btf::types& kernel) {
  return dsl::lsm(kernel, "socket_connect", [](dsl::hook& h) {
    auto address = h.arg("address");
    h.when(address["sa_family"] != AF_INET, [&] { h.allow(); });

    auto to = address.as("sockaddr_in");
    auto networks = h.prefixes<network, std::uint32_t>("networks", 1024);
    auto denied = h.lru<std::uint32_t, std::uint64_t>("denied", 1024);
    networks.find(dsl::record<network>(32, to["sin_addr.s_addr"])).missing([&] {
      denied.find(h.uid()).found([](auto count) { count.number().add(1); }, [&] { denied.put(h.uid(), 1); });
      h.deny(EPERM, dsl::record<denied_connect>(h.pid(), to["sin_addr.s_addr"], to["sin_port"].from_network()));
    });
  });
}

}  // namespace lsmith::examples
