// Ways round allow-ingress. Peers are on the guest's loopback interface, at the address that they bind.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/policy/socket_attack.hpp>
#include <lsmith/tests/harness/process/io_uring.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

// A service on port 80 of 127.0.0.1 and ::1 that serves 127.0.0.1 and 127.1.0.1. 127.2.0.0/16 has all ports.
constexpr const char* rules = "127.0.0.1 80,8000-8099\n127.1.0.1 80\n127.2.0.0/16\n::1 80\n";
constexpr int IPPROTO_MPTCP_ = 262, experimental = 253;  // RFC 3692: a protocol for tests

int bind_to(int family, int type, int protocol, const auto& own) {
  return with_socket(family, type, protocol, [&](int of) { return tried(bind(of, general(own), sizeof own)); });
}

int listen_without_bind(int family, int protocol = 0) {
  return with_socket(family, SOCK_STREAM, protocol, [](int of) { return tried(listen(of, 1)); });
}

int bind_through_ring(const sockaddr_in& own) {
  return with_socket(AF_INET, SOCK_STREAM, 0, [&](int of) {
    return tried_by_number(
        through_ring({.operation = ring_operation::bind, .fd = of, .offset = sizeof own, .address = ring_address(&own)}));
  });
}

int listen_through_ring() {
  return with_socket(AF_INET, SOCK_STREAM, 0, [](int of) {
    return tried_by_number(through_ring({.operation = ring_operation::listen, .fd = of, .length = 1}));
  });
}

int bind_as_32_bit(const sockaddr_in& own) {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [&](int of) {
    constexpr int bind_32 = 361;
    auto* const at = new (memory_for_32_bit(4096)) sockaddr_in(own);
    return tried_by_number(call_as_32_bit(bind_32, static_cast<std::uint32_t>(of), address_for_32_bit(at), sizeof own));
  });
}

/// A listening socket that is open before the policy is enforced.
fd server_at(int family, const auto& own) {
  fd made(socket(family, SOCK_STREAM, 0));
  const int on = 1;
  REQUIRE(setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
  REQUIRE(bind(made.get(), general(own), sizeof own) == 0);
  REQUIRE(listen(made.get(), 4096) == 0);
  return made;
}

/// A process that is not bound connects from this address and sends a few bytes.
fd peer_at(const sockaddr_in& own, const sockaddr_in& server) {
  fd made(socket(AF_INET, SOCK_STREAM, 0));
  REQUIRE(bind(made.get(), general(own), sizeof own) == 0);
  REQUIRE(connect(made.get(), general(server), sizeof server) == 0);
  REQUIRE(send(made.get(), "hello", 5, 0) == 5);
  return made;
}

/// Connections that wait for accept(2): each bypass takes one without the policy, and up to one for each way to enforce it.
std::vector<fd> peers_at(const sockaddr_in& own, const sockaddr_in& server) {
  std::vector<fd> all;
  for (int i = 0; i < 32; ++i) all.push_back(peer_at(own, server));
  return all;
}

/// Accepts a connection and uses it.
template <class Use>
int serve(int listening, const Use& use) {
  const fd accepted(accept4(listening, nullptr, nullptr, SOCK_NONBLOCK));
  return accepted.get() < 0 ? errno : use(accepted.get());
}

int receive(int from) {
  char character = 0;
  return tried(recv(from, &character, 1, 0));
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks: allow-ingress, by own addresses") {
  raise_loopback();
  add_to_loopback("2001:db8::1");
  const rules_file file(rules);
  const auto other = ipv4("127.128.0.1", 80), port = ipv4("127.0.0.1", 81), free_port = ipv4("127.0.0.1", 0);
  const auto everywhere = ipv4("0.0.0.0", 80);
  const auto everywhere_v6 = ipv6("::", 80), other_v6 = ipv6("2001:db8::1", 80), mapped = ipv6("::ffff:127.128.0.1", 80);
  const auto server = ipv4("127.128.0.1", 8080);
  const fd listening = server_at(AF_INET, server);
  const auto peers = peers_at(ipv4("127.0.0.1", 0), server);
  attack({{"allow-ingress", "--rules", file.path},
          {
              denied("another address", "network", [=] { return bind_to(AF_INET, SOCK_STREAM, 0, other); }),
              denied("every address", "network", [=] { return bind_to(AF_INET, SOCK_STREAM, 0, everywhere); }),
              denied("address without a family", "network",
                     [=] { return bind_to(AF_INET, SOCK_STREAM, 0, without_family(everywhere)); }),
              denied("another port", "port", [=] { return bind_to(AF_INET, SOCK_STREAM, 0, port); }),
              denied("a free port", "port", [=] { return bind_to(AF_INET, SOCK_STREAM, 0, free_port); }),
              denied("datagrams", "port", [=] { return bind_to(AF_INET, SOCK_DGRAM, 0, port); }),
              denied("raw packets", "port", [] { return bind_to(AF_INET, SOCK_RAW, experimental, ipv4("127.0.0.1", 80)); }),
              denied("another address, IPv6", "network", [=] { return bind_to(AF_INET6, SOCK_STREAM, 0, other_v6); }),
              denied("every address, IPv6", "network", [=] { return bind_to(AF_INET6, SOCK_STREAM, 0, everywhere_v6); }),
              denied("mapped address", "network", [=] { return bind_to(AF_INET6, SOCK_STREAM, 0, mapped); }),
              denied("MPTCP", "network", [=] { return bind_to(AF_INET, SOCK_STREAM, IPPROTO_MPTCP_, other); }),
              denied("bind by io_uring", "network", [=] { return bind_through_ring(other); }),
              denied("bind of a 32-bit program", "network", [=] { return bind_as_32_bit(other); }),
              denied("listen without bind", "network", [] { return listen_without_bind(AF_INET); }),
              denied("listen without bind, IPv6", "network", [] { return listen_without_bind(AF_INET6); }),
              denied("listen without bind, MPTCP", "network", [] { return listen_without_bind(AF_INET, IPPROTO_MPTCP_); }),
              denied("listen by io_uring", "network", listen_through_ring),
              denied("accept on a socket that listens already", "network",
                     [&] { return serve(listening.get(), [](int) { return 0; }); }),
              open_to("datagrams to the free port of a sender", "allow-egress",
                      [=] {
                        return with_socket(AF_INET, SOCK_DGRAM, 0,
                                           [&](int by) { return tried(sendto(by, "x", 1, 0, general(other), sizeof other)); });
                      }),
              open_to("packet socket", "deny-raw-sockets",
                      [] { return with_socket(AF_PACKET, SOCK_RAW, 0, [](int) { return 0; }); }),
          }});
}

TEST_CASE("attacks: allow-ingress, by peers") {
  raise_loopback();
  const rules_file file(rules);
  const auto server = ipv4("127.0.0.1", 80);
  const fd listening = server_at(AF_INET, server);
  const auto peers = peers_at(ipv4("127.128.0.1", 0), server);
  const int by = listening.get();
  const auto accepted_and = [=](int (*use)(int)) { return [=] { return serve(by, use); }; };
  attack({{"allow-ingress", "--rules", file.path},
          {
              denied("receive from it", "peer", accepted_and(receive)),
              denied("read from it", "peer", accepted_and([](int from) {
                       char character = 0;
                       return tried(read(from, &character, 1));
                     })),
              denied("send to it", "peer", accepted_and([](int to) { return tried(send(to, "x", 1, 0)); })),
              denied("receive by io_uring", "peer",
                     accepted_and([](int from) { return tried_by_number(receive_through_ring(from)); })),
              denied("receive after accept by io_uring", "peer",
                     [=] {
                       const int accepted = through_ring({.operation = ring_operation::accept, .fd = by});
                       return accepted < 0 ? -accepted : receive(accepted);
                     }),
          }});
}

TEST_CASE("allow-ingress: a connection of an unwanted peer cannot be spliced from") {
  if (loader::running_kernel() < loader::kernel_version{5, 11}) SKIP("before 5.11 no program finds the socket of a file");
  raise_loopback();
  const rules_file file(rules);
  const auto server = ipv4("127.0.0.1", 80);
  const fd listening = server_at(AF_INET, server);
  const auto peers = peers_at(ipv4("127.128.0.1", 0), server);
  attack({{"allow-ingress", "--rules", file.path},
          {denied("splice from an unwanted peer", "peer", [&] { return serve(listening.get(), splice_out_of); })}});
}

TEST_CASE("allow-ingress: what the rules contain is allowed: addresses, ports, free ports, peers") {
  raise_loopback();
  const rules_file file(rules);
  const auto server = ipv4("127.0.0.1", 80);
  const fd listening = server_at(AF_INET, server);
  const bound_group bound("allow-ingress", {{"rules", file.path}});
  CHECK(bound.inside([] { return bind_to(AF_INET, SOCK_STREAM, 0, ipv4("127.0.0.1", 8099)); }) == 0);
  CHECK(bound.inside([] { return bind_to(AF_INET, SOCK_DGRAM, 0, ipv4("127.0.0.1", 8000)); }) == 0);
  CHECK(bound.inside([] { return bind_to(AF_INET6, SOCK_STREAM, 0, ipv6("::1", 80)); }) == 0);
  CHECK(bound.inside([] { return bind_to(AF_INET6, SOCK_STREAM, 0, ipv6("::ffff:127.0.0.1", 8001)); }) == 0);
  CHECK(bound.inside([] { return bind_to(AF_INET, SOCK_STREAM, 0, ipv4("127.2.3.4", 0)); }) == 0);
  CHECK(bound.inside([] { return bind_to(AF_INET, SOCK_RAW, experimental, ipv4("127.2.3.4", 0)); }) == 0);
  CHECK(bound.inside([] {
    return with_socket(AF_INET, SOCK_STREAM, 0, [](int of) {
      const auto own = ipv4("127.0.0.1", 8002);
      return bind(of, general(own), sizeof own) == 0 ? tried(listen(of, 1)) : errno;
    });
  }) == 0);
  for (const char* peer : {"127.0.0.1", "127.1.0.1", "127.2.0.9"}) {
    CAPTURE(std::string(peer));
    const fd client = peer_at(ipv4(peer, 0), server);
    CHECK(bound.inside([&] { return serve(listening.get(), receive); }) == 0);
  }
  const fd client = peer_at(ipv4("127.3.0.1", 0), server);
  CHECK(bound.inside([&] { return serve(listening.get(), receive); }) == EPERM);
  CHECK(bound.decided() == "peer");
  // A connection that the process opens itself has no peer that it accepted.
  CHECK(bound.inside([&] {
    const fd opened(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(opened.get(), general(server), sizeof server) != 0) return errno;
    return tried(send(opened.get(), "x", 1, 0));
  }) == 0);
}

TEST_CASE("reload allow-ingress: new rules replace the old ones in one step") {
  allow_locked_memory();
  raise_loopback();
  const rules_file file("127.0.0.1 80\n");
  const temporary_cgroup group("lsmith-ingress");
  const auto inside = [&](std::uint16_t port) {
    return in_child([&] { return group.join() ? bind_to(AF_INET, SOCK_DGRAM, 0, ipv4("127.0.0.1", port)) : 255; });
  };
  REQUIRE(lsmith_says({"run", "allow-ingress", "--rules", file.path, "--cgroup", group.path(), "--pin", "server"}).status == 0);
  CHECK(inside(80) == 0);
  CHECK(inside(25) == EPERM);
  file.write("127.0.0.1 25\n");
  CHECK(lsmith_says({"reload", "server"}).err == "lsmith: server: allow-ingress has new rules\n");
  CHECK(inside(80) == EPERM);
  CHECK(inside(25) == 0);
  CHECK(lsmith_says({"detach", "server"}).status == 0);
}

TEST_SUITE_END();
