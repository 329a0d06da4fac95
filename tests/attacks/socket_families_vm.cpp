// Ways round the policies that deny kinds of sockets: deny-socket-family, deny-netlink and deny-raw-sockets.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/socket_attack.hpp>
#include <lsmith/tests/harness/process/io_uring.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

constexpr int IPPROTO_SMC_ = 256, AF_SMC_ = 43, AF_XDP_ = 44, AF_IEEE802154_ = 36, SOCK_PACKET_ = 10, SMCPROTO_SMC6 = 1;
constexpr int NETLINK_ROUTE_ = 0, NETLINK_XFRM_ = 6, NETLINK_NETFILTER_ = 12, NETLINK_CRYPTO_ = 21, PF_KEY_V2_ = 2;
constexpr int experimental = 253;  // RFC 3692: a protocol for tests

/// not_possible on kernels before 5.19, which do not know the operation.
int socket_through_ring(int family, int type, int protocol = 0) {
  return tried_by_number(through_ring({.operation = ring_operation::socket,
                                       .fd = family,
                                       .offset = static_cast<std::uint64_t>(type),
                                       .length = static_cast<std::uint32_t>(protocol)}));
}

int socket_as_32_bit(int family, int type, int protocol = 0) {
  constexpr int socket_32 = 359;
  return tried_by_number(call_as_32_bit(socket_32, static_cast<std::uint32_t>(family), static_cast<std::uint32_t>(type),
                                        static_cast<std::uint32_t>(protocol)));
}

int pair_of(int family) {
  int both[2];
  return tried(socketpair(family, SOCK_STREAM, 0, both));
}

/// Past the policy, whatever the kernel says about the value: it lacks the module, or the value is none.
int set_option(int family, int level, int option) {
  return with_socket(family, SOCK_RAW, experimental, [&](int of) {
    const int value[64] = {};
    return past_policy(setsockopt(of, level, option, value, sizeof value));
  });
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks: deny-socket-family") {
  attack({{"deny-socket-family", "--family", "AF_INET,AF_PACKET,AF_UNIX"},
          {
              denied("socket", "new-socket", [] { return tried_socket(AF_INET, SOCK_STREAM); }),
              denied("socket of a 32-bit program", "new-socket", [] { return socket_as_32_bit(AF_INET, SOCK_DGRAM); }),
              denied("socket by io_uring", "new-socket", [] { return socket_through_ring(AF_INET, SOCK_DGRAM); }),
              denied("pair of sockets", "new-socket", [] { return pair_of(AF_UNIX); }),
              denied("packet socket by SOCK_PACKET", "new-socket", [] { return tried_socket(AF_INET, SOCK_PACKET_); }),
              denied("AF_INET by AF_SMC", "new-socket", [] { return tried_socket(AF_SMC_, SOCK_STREAM); }),
              open_to("IPv4 by AF_INET6", "deny-socket-family --family AF_INET6",
                      [] { return tried_socket(AF_INET6, SOCK_STREAM); }),
          }});
  attack(
      {{"deny-socket-family", "--family", "AF_SMC,AF_INET6"},
       {
           denied("AF_SMC by IPPROTO_SMC", "new-socket", [] { return tried_socket(AF_INET, SOCK_STREAM, IPPROTO_SMC_); }),
           denied("AF_SMC by IPPROTO_SMC, IPv6", "new-socket", [] { return tried_socket(AF_INET6, SOCK_STREAM, IPPROTO_SMC_); }),
           open_to("sockets of the same family", "", [] { return tried_socket(AF_INET, SOCK_STREAM); }),
       }});
  attack({{"deny-socket-family", "--family", "AF_INET6"},
          {
              denied("AF_INET6 by AF_SMC", "new-socket", [] { return tried_socket(AF_SMC_, SOCK_STREAM, SMCPROTO_SMC6); }),
              open_to("AF_SMC of IPv4", "deny-socket-family --family AF_SMC", [] { return tried_socket(AF_SMC_, SOCK_STREAM); }),
          }});
}

namespace {

/// Sockets that are open before the policy is enforced. What children read and write of them goes to no one.
struct open_sockets {
  int pair[2] = {}, pipes[2] = {}, listening = -1, fresh = -1;
  std::vector<fd> clients;  // they wait for accept(2)
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = "\0lsmith-attacked"};

  open_sockets() {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    REQUIRE(pipe2(pipes, O_NONBLOCK) == 0);
    listening = socket(AF_UNIX, SOCK_STREAM, 0);
    fresh = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(bind(listening, general(name), sizeof name) == 0);
    REQUIRE(listen(listening, 1000) == 0);
    for (int i = 0; i < 64; ++i) {
      clients.emplace_back(socket(AF_UNIX, SOCK_STREAM, 0));
      REQUIRE(connect(clients.back().get(), general(name), sizeof name) == 0);
    }
    for (int i = 0; i < 100; ++i) REQUIRE(write(pair[1], "x", 1) == 1);
  }
  ~open_sockets() {
    for (const int one : {pair[0], pair[1], pipes[0], pipes[1], listening, fresh}) close(one);
  }
};

int splice_through_ring_out(int socket) {
  int pipes[2];
  return pipe(pipes) != 0 ? errno : tried_by_number(splice_through_ring(socket, pipes[1]));
}

int set_size(int socket) {
  const int size = 1 << 20;  // a smaller one would make the other calls wait
  return tried(setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
}

int read_size(int socket) {
  int size = 0;
  socklen_t length = sizeof size;
  return tried(getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, &length));
}

}  // namespace

TEST_CASE("attacks: deny-socket-family --existing, by sockets that are open") {
  const open_sockets open;
  const int by = open.pair[0], listening = open.listening, fresh = open.fresh;
  const sockaddr_un name = open.name;
  attack({{"deny-socket-family", "--family", "AF_UNIX", "--existing"},
          {
              denied("connect", "open-socket", [=] { return past_policy(connect(fresh, general(name), sizeof name)); }),
              denied("bind", "open-socket",
                     [=] {
                       const sockaddr_un any{.sun_family = AF_UNIX, .sun_path = {}};
                       return past_policy(bind(fresh, general(any), sizeof any.sun_family));
                     }),
              denied("listen", "open-socket", [=] { return tried(listen(listening, 1000)); }),
              denied("accept", "open-socket", [=] { return tried(accept(listening, nullptr, nullptr)); }),
              denied("accept by io_uring", "open-socket",
                     [=] { return tried_by_number(through_ring({.operation = ring_operation::accept, .fd = listening})); }),
              denied("send", "open-socket", [=] { return tried(send(by, "x", 1, 0)); }),
              denied("write", "open-socket", [=] { return tried(write(by, "x", 1)); }),
              denied("receive", "open-socket",
                     [=] {
                       char character = 0;
                       return tried(recv(by, &character, 1, 0));
                     }),
              denied("read", "open-socket",
                     [=] {
                       char character = 0;
                       return tried(read(by, &character, 1));
                     }),
              denied("receive by io_uring", "open-socket", [=] { return tried_by_number(receive_through_ring(by)); }),
              denied("splice from it", "open-socket", [=] { return splice_out_of(by); }),
              denied("splice from it by io_uring", "open-socket", [=] { return splice_through_ring_out(by); }),
              denied("splice into it", "open-socket", [=] { return splice_into(by); }),
              denied("sendfile", "open-socket", [=] { return send_file_into(by); }),
              denied("setsockopt", "open-socket", [=] { return set_size(by); }),
              denied("getsockopt", "open-socket", [=] { return read_size(by); }),
              denied("ioctl", "open-socket",
                     [=] {
                       int waiting = 0;
                       return tried(ioctl(by, FIONREAD, &waiting));
                     }),
              open_to("ask for its name", "",
                      [=] {
                        sockaddr_un own;
                        socklen_t length = sizeof own;
                        return tried(getsockname(by, reinterpret_cast<sockaddr*>(&own), &length));
                      }),
          }});
  attack({{"deny-socket-family", "--family", "AF_UNIX"},
          {open_to("open socket", "deny-socket-family --existing", [=] { return tried(send(by, "x", 1, 0)); })}});
}

TEST_CASE("attacks: deny-netlink") {
  constexpr int IP_IPSEC_POLICY_ = 16, IP_XFRM_POLICY_ = 17, IPV6_IPSEC_POLICY_ = 34, IPV6_XFRM_POLICY_ = 35;
  constexpr int iptables = 64, counters = 65, arptables = 96, ebtables = 128;
  attack(
      {{"deny-netlink"},
       {
           denied("nf_tables", "netlink", [] { return tried_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER_); }),
           denied("IPsec", "netlink", [] { return tried_socket(AF_NETLINK, SOCK_DGRAM, NETLINK_XFRM_); }),
           denied("IPsec by io_uring", "netlink",
                  [] {
                    const int result = socket_through_ring(AF_NETLINK, SOCK_RAW, NETLINK_XFRM_);
                    return result == EPERM || result == not_possible ? result : 0;
                  }),
           denied("IPsec of a 32-bit program", "netlink",
                  [] {
                    const int result = socket_as_32_bit(AF_NETLINK, SOCK_RAW, NETLINK_XFRM_);
                    return result == EPERM ? EPERM : 0;
                  }),
           denied("IPsec by AF_KEY", "ipsec-keys", [] { return tried_socket(AF_KEY, SOCK_RAW, PF_KEY_V2_); }),
           denied("IPsec by IP_XFRM_POLICY", "socket-option", [] { return set_option(AF_INET, IPPROTO_IP, IP_XFRM_POLICY_); }),
           denied("IPsec by IP_IPSEC_POLICY", "socket-option", [] { return set_option(AF_INET, IPPROTO_IP, IP_IPSEC_POLICY_); }),
           denied("IPsec by IPV6_XFRM_POLICY", "socket-option",
                  [] { return set_option(AF_INET6, IPPROTO_IPV6, IPV6_XFRM_POLICY_); }),
           denied("IPsec by IPV6_IPSEC_POLICY", "socket-option",
                  [] { return set_option(AF_INET6, IPPROTO_IPV6, IPV6_IPSEC_POLICY_); }),
           denied("iptables", "socket-option", [] { return set_option(AF_INET, IPPROTO_IP, iptables); }),
           denied("counters of iptables", "socket-option", [] { return set_option(AF_INET, IPPROTO_IP, counters); }),
           denied("ip6tables", "socket-option", [] { return set_option(AF_INET6, IPPROTO_IPV6, iptables); }),
           denied("iptables by an IPv6 socket", "socket-option", [] { return set_option(AF_INET6, IPPROTO_IP, iptables); }),
           denied("arptables", "socket-option", [] { return set_option(AF_INET, IPPROTO_IP, arptables); }),
           denied("ebtables", "socket-option", [] { return set_option(AF_INET, IPPROTO_IP, ebtables); }),
           open_to("routes", "deny-netlink --protocol NETLINK_ROUTE",
                   [] { return tried_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE_); }),
           open_to("ciphers", "deny-netlink --protocol NETLINK_CRYPTO",
                   [] { return tried_socket(AF_NETLINK, SOCK_RAW, NETLINK_CRYPTO_); }),
       }});
}

TEST_CASE("attacks: deny-raw-sockets") {
  attack({{"deny-raw-sockets"},
          {
              denied("packets", "raw-socket", [] { return tried_socket(AF_PACKET, SOCK_RAW); }),
              denied("packets without headers", "raw-socket", [] { return tried_socket(AF_PACKET, SOCK_DGRAM); }),
              denied("SOCK_PACKET", "raw-socket", [] { return tried_socket(AF_INET, SOCK_PACKET_); }),
              denied("IPv4", "raw-socket", [] { return tried_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }),
              denied("IPv6", "raw-socket", [] { return tried_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6); }),
              denied("headers of its own", "raw-socket", [] { return tried_socket(AF_INET, SOCK_RAW, IPPROTO_RAW); }),
              denied("by io_uring", "raw-socket", [] { return socket_through_ring(AF_INET, SOCK_RAW, IPPROTO_ICMP); }),
              denied("of a 32-bit program", "raw-socket", [] { return socket_as_32_bit(AF_INET, SOCK_RAW, IPPROTO_ICMP); }),
              denied("AF_XDP", "raw-socket", [] { return tried_socket(AF_XDP_, SOCK_RAW); }),
              denied("CAN", "raw-socket", [] { return tried_socket(AF_CAN, SOCK_RAW, 1); }),
              denied("Bluetooth", "raw-socket", [] { return tried_socket(AF_BLUETOOTH, SOCK_RAW, 1); }),
              denied("IEEE 802.15.4", "raw-socket", [] { return tried_socket(AF_IEEE802154_, SOCK_RAW); }),
              open_to("false source address by IP_TRANSPARENT", "",
                      [] {
                        return with_socket(AF_INET, SOCK_DGRAM, 0, [](int of) {
                          const int on = 1;
                          return tried(setsockopt(of, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on));
                        });
                      }),
          }});
}

TEST_CASE("deny-raw-sockets: families whose raw sockets see nothing of others are allowed") {
  attack({{"deny-raw-sockets"},
          {
              open_to("netlink", "deny-netlink", [] { return tried_socket(AF_NETLINK, SOCK_RAW); }),
              open_to("local sockets", "", [] { return tried_socket(AF_UNIX, SOCK_RAW); }),
              open_to("keys of IPsec", "deny-netlink", [] { return tried_socket(AF_KEY, SOCK_RAW, PF_KEY_V2_); }),
          }});
}

TEST_SUITE_END();
