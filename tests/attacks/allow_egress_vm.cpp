// Ways round allow-egress. Nothing leaves the guest: all addresses, allowed or not, are those of its loopback interface.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ipv6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/policy/socket_attack.hpp>
#include <lsmith/tests/harness/process/io_uring.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

constexpr const char* rules = "127.0.0.0/10 80\n127.64.0.0/10\n::1 80\n";
const sockaddr_in allowed = ipv4("127.0.0.1", 80), other = ipv4("127.128.0.1", 80), every_port = ipv4("127.64.0.1", 0);
const sockaddr_in6 allowed_v6 = ipv6("::1", 80), other_v6 = ipv6("2001:db8::1", 80);

constexpr int IPPROTO_MPTCP_ = 262, IPPROTO_UDPLITE_ = 136, experimental = 253;  // RFC 3692: a protocol for tests
constexpr int IP_HDRINCL_ = 3, IPV6_ADDRFORM_ = 1, IPV6_2292RTHDR_ = 5, IPV6_2292PKTOPTIONS_ = 6, IPV6_FLOWLABEL_MGR_ = 32;
constexpr int IPV6_HDRINCL_ = 36, IPV6_RTHDR_ = 57;

// ------------------------------------------------------------------------------------------------------ source routes --

/// A source route of IPv4 (loose or strict, RFC 791) by way of the other address: the option goes to that address first.
std::vector<std::byte> route_v4(std::uint8_t kind = IPOPT_LSRR) {
  std::vector<std::byte> option{std::byte{kind}, std::byte{7}, std::byte{IPOPT_MINOFF}};
  const auto* hop = reinterpret_cast<const std::byte*>(&other.sin_addr);
  option.insert(option.end(), hop, hop + 4);
  option.push_back(std::byte{IPOPT_EOL});
  return option;
}

/// A routing header of segments (RFC 8754): the packet goes to the other address first, then to the allowed one.
std::vector<std::byte> route_v6() {
  struct {
    std::uint8_t next = 0, length = 4, type = 4, left = 1, first = 1, flags = 0;
    std::uint16_t tag = 0;
    in6_addr segments[2] = {};
  } header;
  static_assert(sizeof header == 40);
  header.segments[0] = allowed_v6.sin6_addr;
  header.segments[1] = other_v6.sin6_addr;
  const auto* first = reinterpret_cast<const std::byte*>(&header);
  return {first, first + sizeof header};
}

/// A routing header of Mobile IPv6 (RFC 6275), the only kind that control messages may have: the packet goes to its address.
std::vector<std::byte> mobile_route() {
  struct {
    std::uint8_t next = 0, length = 2, type = 2, left = 1;
    std::uint32_t reserved = 0;
    in6_addr first = other_v6.sin6_addr;
  } header;
  static_assert(sizeof header == 24);
  const auto* first = reinterpret_cast<const std::byte*>(&header);
  return {first, first + sizeof header};
}

/// Control messages, one after the other.
class control {
 public:
  control& add(int level, int type, const std::vector<std::byte>& data) {
    const cmsghdr header{CMSG_LEN(data.size()), level, type};
    const std::size_t at = bytes_.size();
    bytes_.resize(at + CMSG_SPACE(data.size()));
    std::memcpy(bytes_.data() + at, &header, sizeof header);
    std::memcpy(bytes_.data() + at + CMSG_LEN(0), data.data(), data.size());
    return *this;
  }
  control& add_harmless(unsigned times) {
    for (unsigned i = 0; i < times; ++i) add(IPPROTO_IP, IP_TTL, {std::byte{9}, std::byte{}, std::byte{}, std::byte{}});
    return *this;
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_ = {};
};

/// A message of one byte to an address, with control messages. Valid as long as both.
template <class Address>
struct message {
  iovec data{const_cast<char*>("x"), 1};
  msghdr head{};
  message(const Address& to, const control& with) {
    head.msg_name = const_cast<Address*>(&to);
    head.msg_namelen = sizeof to;
    head.msg_iov = &data;
    head.msg_iovlen = 1;
    head.msg_control = const_cast<std::byte*>(with.bytes().data());
    head.msg_controllen = with.bytes().size();
  }
};

template <class Address>
int send_with(int family, const Address& to, const control& with) {
  const message what(to, with);
  return with_socket(family, SOCK_DGRAM, 0, [&](int by) { return tried(sendmsg(by, &what.head, 0)); });
}

/// Two messages to the same address in one call: the kernel asks no LSM about the second one.
template <class Address>
int send_both(int family, const Address& to, const control& second) {
  return with_socket(family, SOCK_DGRAM, 0, [&](int by) {
    const control none;
    mmsghdr both[2] = {{message(to, none).head, 0}, {message(to, second).head, 0}};
    iovec data{const_cast<char*>("x"), 1};
    for (mmsghdr& one : both) one.msg_hdr.msg_iov = &data;
    const int sent = sendmmsg(by, both, 2, 0);
    return sent == 1 ? EPERM : tried(sent);
  });
}

int set_option(int family, int level, int option, const std::vector<std::byte>& value) {
  return with_socket(family, SOCK_DGRAM, 0, [&](int of) {
    return tried(setsockopt(of, level, option, value.data(), static_cast<socklen_t>(value.size())));
  });
}

/// Leases a flow label whose packets carry the routing header (struct in6_flowlabel_req, then control messages).
int lease_flow_label() {
  struct {
    in6_addr to = allowed_v6.sin6_addr;
    std::uint32_t label = 0;
    std::uint8_t action = 0, share = 255;  // IPV6_FL_A_GET, IPV6_FL_S_ANY
    std::uint16_t flags = 1;               // IPV6_FL_F_CREATE
    std::uint16_t expires = 0, linger = 0;
    std::uint32_t reserved = 0;
  } request;
  static_assert(sizeof request == 32);
  const auto* first = reinterpret_cast<const std::byte*>(&request);
  std::vector<std::byte> value(first, first + sizeof request);
  const control route = control().add(IPPROTO_IPV6, IPV6_RTHDR_, mobile_route());
  value.insert(value.end(), route.bytes().begin(), route.bytes().end());
  return set_option(AF_INET6, IPPROTO_IPV6, IPV6_FLOWLABEL_MGR_, value);
}

int make_ipv4_of_ipv6() {
  return with_socket(AF_INET6, SOCK_DGRAM, 0, [](int of) {
    const auto mapped = ipv6("::ffff:127.0.0.1", 80);
    if (connect(of, general(mapped), sizeof mapped) != 0) return errno;
    const int family = AF_INET;
    return tried(setsockopt(of, IPPROTO_IPV6, IPV6_ADDRFORM_, &family, sizeof family));
  });
}

// ------------------------------------------------------------------------------------------------------- other callers --

int connect_through_ring(std::uint8_t flags) {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [&](int by) {
    return tried_by_number(through_ring({.operation = ring_operation::connect,
                                         .flags = flags,
                                         .fd = by,
                                         .offset = sizeof other,
                                         .address = ring_address(&other)}));
  });
}

int send_through_ring(const sockaddr_in& to, const control& with, std::uint8_t flags = 0) {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [&](int by) {
    const message what(to, with);
    return tried_by_number(through_ring(
        {.operation = ring_operation::sendmsg, .flags = flags, .fd = by, .address = ring_address(&what.head), .length = 1}));
  });
}

/// IORING_OP_SEND with an address, from Linux 6.0; older kernels ignore or refuse the address.
int send_address_through_ring() {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [](int by) {
    const int result = through_ring({.operation = ring_operation::send,
                                     .fd = by,
                                     .offset = ring_address(&other),
                                     .address = ring_address("x"),
                                     .length = 1,
                                     .second_fd = sizeof other});
    return result == -EDESTADDRREQ ? not_possible : tried_by_number(result);
  });
}

int set_option_through_ring() {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [](int of) {
    constexpr std::uint64_t SOCKET_URING_OP_SETSOCKOPT_ = 3;
    const auto value = route_v4();
    return tried_by_number(through_ring({.operation = ring_operation::uring_cmd,
                                         .fd = of,
                                         .offset = SOCKET_URING_OP_SETSOCKOPT_,
                                         .address = std::uint64_t{IP_OPTIONS} << 32 | IPPROTO_IP,
                                         .second_fd = static_cast<std::uint32_t>(value.size()),
                                         .third = ring_address(value.data())}));
  });
}

constexpr int setsockopt_32 = 366, connect_32 = 362, sendmsg_32 = 370;  // arch/x86/entry/syscalls/syscall_32.tbl

int connect_as_32_bit() {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [](int by) {
    std::byte* const at = memory_for_32_bit(4096);
    std::memcpy(at, &other, sizeof other);
    return tried_by_number(call_as_32_bit(connect_32, static_cast<std::uint32_t>(by), address_for_32_bit(at), sizeof other));
  });
}

int set_option_as_32_bit() {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [](int of) {
    std::byte* const at = memory_for_32_bit(4096);
    const auto value = route_v4();
    std::memcpy(at, value.data(), value.size());
    return tried_by_number(call_as_32_bit(setsockopt_32, static_cast<std::uint32_t>(of), IPPROTO_IP, IP_OPTIONS,
                                          address_for_32_bit(at), static_cast<std::uint32_t>(value.size())));
  });
}

/// The control messages of 32-bit programs have another layout.
int send_as_32_bit() {
  struct call {
    sockaddr_in to = allowed;
    struct {
      std::uint32_t base, length;
    } data{};
    struct {
      std::uint32_t length = 20;
      std::int32_t level = IPPROTO_IP, type = IP_RETOPTS;
      std::array<std::byte, 8> option{};
    } header;
    struct {
      std::uint32_t name, name_length, data, count, control, control_length, flags;
    } message{};
  };
  auto* const at = new (memory_for_32_bit(4096)) call;
  const auto route = route_v4();
  std::memcpy(at->header.option.data(), route.data(), route.size());
  at->data = {address_for_32_bit(at), 1};
  at->message = {address_for_32_bit(&at->to),
                 sizeof at->to,
                 address_for_32_bit(&at->data),
                 1,
                 address_for_32_bit(&at->header),
                 sizeof at->header,
                 0};
  return with_socket(AF_INET, SOCK_DGRAM, 0, [&](int by) {
    return tried_by_number(call_as_32_bit(sendmsg_32, static_cast<std::uint32_t>(by), address_for_32_bit(&at->message)));
  });
}

int connect_in_repair() {
  return with_socket(AF_INET, SOCK_STREAM, 0, [](int by) {
    const int on = 1;
    if (setsockopt(by, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) != 0) return tried(-1);
    return tried(connect(by, general(other), sizeof other));
  });
}

int fast_open_later() {
  return with_socket(AF_INET, SOCK_STREAM, 0, [](int by) {
    const int on = 1;
    constexpr int TCP_FASTOPEN_CONNECT_ = 30;
    if (setsockopt(by, IPPROTO_TCP, TCP_FASTOPEN_CONNECT_, &on, sizeof on) != 0) return tried(-1);
    return tried(connect(by, general(other), sizeof other));
  });
}

int connect_again() {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [](int by) {
    const auto none = without_family(allowed);
    if (connect(by, general(allowed), sizeof allowed) != 0 || connect(by, general(none), sizeof none) != 0) return errno;
    return tried(connect(by, general(other), sizeof other));
  });
}

/// A packet whose header has another destination than the call.
int send_own_header() {
  struct {
    iphdr header{};
    char data = 'x';
  } packet;
  packet.header.version = 4;
  packet.header.ihl = 5;
  packet.header.ttl = 9;
  packet.header.protocol = experimental;
  packet.header.daddr = other.sin_addr.s_addr;
  return with_socket(AF_INET, SOCK_RAW, IPPROTO_RAW, [&](int by) {
    return tried(sendto(by, &packet, sizeof packet, 0, general(every_port), sizeof every_port));
  });
}

int set_number(int family, int level, int option) {
  return with_socket(family, SOCK_RAW, experimental, [&](int of) {
    const int on = 1;
    return tried(setsockopt(of, level, option, &on, sizeof on));
  });
}

int ping(const sockaddr_in& to) {
  std::ofstream("/proc/sys/net/ipv4/ping_group_range") << "0 0";
  const std::array<std::uint8_t, 8> echo{8};
  return with_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP,
                     [&](int by) { return tried(sendto(by, echo.data(), echo.size(), 0, general(to), sizeof to)); });
}

int join_group() {
  return with_socket(AF_INET, SOCK_DGRAM, 0, [](int by) {
    const ip_mreq group{{inet_addr("239.1.2.3")}, {inet_addr("127.0.0.1")}};
    return tried(setsockopt(by, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
  });
}

/// A server of both families on port 80 of every address, so that connections succeed.
struct server {
  fd streams{socket(AF_INET6, SOCK_STREAM, 0)}, datagrams{socket(AF_INET6, SOCK_DGRAM, 0)};
  server() {
    raise_loopback();
    add_to_loopback("2001:db8::1");
    const auto everywhere = ipv6("::", 80);
    for (const fd* one : {&streams, &datagrams}) REQUIRE(bind(one->get(), general(everywhere), sizeof everywhere) == 0);
    REQUIRE(listen(streams.get(), 4096) == 0);
  }
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks: allow-egress, by addresses") {
  const server running;
  const rules_file file(rules);
  const auto mapped = ipv6("::ffff:127.128.0.1", 80);
  attack(
      {{"allow-egress", "--rules", file.path},
       {
           denied("TCP", "network", [] { return connect_to(AF_INET, SOCK_STREAM, 0, other); }),
           denied("TCP, IPv6", "network", [] { return connect_to(AF_INET6, SOCK_STREAM, 0, other_v6); }),
           denied("TCP, mapped address", "network", [=] { return connect_to(AF_INET6, SOCK_STREAM, 0, mapped); }),
           denied("TCP in repair mode", "network", connect_in_repair),
           denied("TCP Fast Open", "network", [] { return send_to(AF_INET, SOCK_STREAM, 0, other, MSG_FASTOPEN); }),
           denied("TCP_FASTOPEN_CONNECT", "network", fast_open_later),
           denied("MPTCP", "network", [] { return connect_to(AF_INET, SOCK_STREAM, IPPROTO_MPTCP_, other); }),
           denied("connected datagrams", "network", [] { return connect_to(AF_INET, SOCK_DGRAM, 0, other); }),
           denied("connect again", "network", connect_again),
           denied("another port", "port", [] { return connect_to(AF_INET, SOCK_DGRAM, 0, ipv4("127.0.0.1", 81)); }),
           denied("datagram", "network", [] { return send_to(AF_INET, SOCK_DGRAM, 0, other); }),
           denied("datagram, IPv6", "network", [] { return send_to(AF_INET6, SOCK_DGRAM, 0, other_v6); }),
           denied("datagram, mapped address", "network", [=] { return send_to(AF_INET6, SOCK_DGRAM, 0, mapped); }),
           denied("IPv4 address on an IPv6 socket", "network", [] { return send_to(AF_INET6, SOCK_DGRAM, 0, other); }),
           denied("datagram, address without a family", "network",
                  [] { return send_to(AF_INET, SOCK_DGRAM, 0, without_family(other)); }),
           denied("UDP-Lite", "network", [] { return send_to(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE_, other); }),
           denied("ping socket", "network", [] { return ping(other); }),
           denied("raw packet", "network", [] { return send_to(AF_INET, SOCK_RAW, experimental, other); }),
           denied("raw packet, address without a family", "network",
                  [] { return send_to(AF_INET, SOCK_RAW, experimental, without_family(other)); }),
           denied("raw packet, IPv6, address without a family", "network",
                  [] { return send_to(AF_INET6, SOCK_RAW, experimental, without_family(ipv6("2001:db8::1", 0))); }),
           denied("raw packet with a port of its own", "port", [] { return send_to(AF_INET, SOCK_RAW, IPPROTO_UDP, allowed); }),
           denied("raw packet with a destination of its own", "port", send_own_header),
           denied("IP_HDRINCL", "socket-option", [] { return set_number(AF_INET, IPPROTO_IP, IP_HDRINCL_); }),
           denied("IPV6_HDRINCL", "socket-option", [] { return set_number(AF_INET6, IPPROTO_IPV6, IPV6_HDRINCL_); }),
           denied("connect by io_uring", "network", [] { return connect_through_ring(0); }),
           denied("connect by a worker of io_uring", "network", [] { return connect_through_ring(ring_async); }),
           denied("sendmsg by io_uring", "network", [] { return send_through_ring(other, {}); }),
           denied("sendmsg by a worker of io_uring", "network", [] { return send_through_ring(other, {}, ring_async); }),
           denied("send by io_uring", "network", send_address_through_ring),
           denied("connect of a 32-bit program", "network", connect_as_32_bit),
           open_to("packet socket", "deny-raw-sockets",
                   [] { return with_socket(AF_PACKET, SOCK_RAW, 0, [](int) { return 0; }); }),
           open_to("report of a multicast group", "", join_group),
       }});
}

TEST_CASE("attacks: allow-egress, by source routes to an allowed address") {
  const server running;
  const rules_file file(rules);
  const control v4 = control().add(IPPROTO_IP, IP_RETOPTS, route_v4());
  const control v6 = control().add(IPPROTO_IPV6, IPV6_RTHDR_, mobile_route());
  attack(
      {{"allow-egress", "--rules", file.path},
       {
           denied("IP_OPTIONS, loose route", "socket-option",
                  [] { return set_option(AF_INET, IPPROTO_IP, IP_OPTIONS, route_v4()); }),
           denied("IP_OPTIONS, strict route", "socket-option",
                  [] { return set_option(AF_INET, IPPROTO_IP, IP_OPTIONS, route_v4(IPOPT_SSRR)); }),
           denied("IP_OPTIONS of an IPv6 socket", "socket-option",
                  [] { return set_option(AF_INET6, IPPROTO_IP, IP_OPTIONS, route_v4()); }),
           denied("IP_OPTIONS by io_uring", "socket-option", set_option_through_ring),
           denied("IP_OPTIONS of a 32-bit program", "socket-option", set_option_as_32_bit),
           denied("IPV6_RTHDR", "socket-option", [] { return set_option(AF_INET6, IPPROTO_IPV6, IPV6_RTHDR_, route_v6()); }),
           denied("IPV6_RTHDR of Mobile IPv6", "socket-option",
                  [] { return set_option(AF_INET6, IPPROTO_IPV6, IPV6_RTHDR_, mobile_route()); }),
           denied("IPV6_2292PKTOPTIONS", "socket-option",
                  [=] { return set_option(AF_INET6, IPPROTO_IPV6, IPV6_2292PKTOPTIONS_, v6.bytes()); }),
           denied("IPV6_FLOWLABEL_MGR", "socket-option", lease_flow_label),
           denied("IPV6_ADDRFORM", "socket-option", make_ipv4_of_ipv6),
           denied("IP_RETOPTS message", "control-message", [=] { return send_with(AF_INET, allowed, v4); }),
           denied("IP_RETOPTS message, strict route", "control-message",
                  [] { return send_with(AF_INET, allowed, control().add(IPPROTO_IP, IP_RETOPTS, route_v4(IPOPT_SSRR))); }),
           denied("IP_RETOPTS message behind another one", "control-message",
                  [] { return send_with(AF_INET, allowed, control().add_harmless(1).add(IPPROTO_IP, IP_RETOPTS, route_v4())); }),
           denied("IP_RETOPTS message behind seven others", "control-message",
                  [] { return send_with(AF_INET, allowed, control().add_harmless(7).add(IPPROTO_IP, IP_RETOPTS, route_v4())); }),
           denied("IP_RETOPTS message behind eight others", "control-message",
                  [] { return send_with(AF_INET, allowed, control().add_harmless(8).add(IPPROTO_IP, IP_RETOPTS, route_v4())); }),
           denied("IP_RETOPTS message by io_uring", "control-message", [=] { return send_through_ring(allowed, v4); }),
           denied("IP_RETOPTS message of a 32-bit program", "control-message", send_as_32_bit),
           denied("IP_RETOPTS in the second of two messages", "several-messages",
                  [=] { return send_both(AF_INET, allowed, v4); }),
           denied("IPV6_RTHDR message", "control-message", [=] { return send_with(AF_INET6, allowed_v6, v6); }),
           denied("IPV6_2292RTHDR message", "control-message",
                  [] { return send_with(AF_INET6, allowed_v6, control().add(IPPROTO_IPV6, IPV6_2292RTHDR_, mobile_route())); }),
           denied("IPV6_RTHDR in the second of two messages", "several-messages",
                  [=] { return send_both(AF_INET6, allowed_v6, v6); }),
       }});
}

TEST_CASE("allow-egress: harmless control messages, and several messages on a connection, are allowed") {
  const server running;
  const rules_file file(rules);
  const bound_group bound("allow-egress", {{"rules", file.path}});
  for (const unsigned count : {0u, 1u, 7u, 8u})
    CHECK(bound.inside([&] { return send_with(AF_INET, allowed, control().add_harmless(count)); }) == 0);
  CHECK(bound.inside([&] { return send_with(AF_INET, allowed, control().add_harmless(9)); }) == EPERM);
  CHECK(bound.inside([] { return send_to(AF_INET, SOCK_RAW, experimental, every_port); }) == 0);
  CHECK(bound.inside([] { return send_to(AF_INET6, SOCK_DGRAM, 0, without_family(allowed_v6)); }) != EPERM);
  CHECK(bound.inside([] {
    return with_socket(AF_INET, SOCK_DGRAM, 0, [](int by) {
      if (connect(by, general(allowed), sizeof allowed) != 0) return errno;
      iovec data{const_cast<char*>("x"), 1};
      mmsghdr both[2] = {};
      for (mmsghdr& one : both) one.msg_hdr.msg_iov = &data, one.msg_hdr.msg_iovlen = 1;
      return sendmmsg(by, both, 2, 0) == 2 ? 0 : errno;
    });
  }) == 0);
  CHECK(bound.inside([] {  // many descriptors in one message of a local socket
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return errno;
    const std::vector<std::byte> descriptor(4);
    control many;
    for (int i = 0; i < 12; ++i) many.add(SOL_SOCKET, SCM_RIGHTS, descriptor);
    message what(sockaddr_un{}, many);
    what.head.msg_name = nullptr;
    what.head.msg_namelen = 0;
    return sendmsg(pair[0], &what.head, 0) == 1 ? 0 : errno;
  }) == 0);
}

namespace {

/// A connection to the other address, which is open before the policy is enforced. Each child inherits it.
struct open_connection {
  server running;
  fd by{socket(AF_INET, SOCK_DGRAM, 0)};
  open_connection() { REQUIRE(connect(by.get(), general(other), sizeof other) == 0); }
};

int splice_memory_into(int socket) {
  int pipes[2];
  iovec data{const_cast<char*>("x"), 1};
  if (pipe(pipes) != 0 || vmsplice(pipes[1], &data, 1, 0) != 1) return errno;
  return tried(splice(pipes[0], nullptr, socket, nullptr, 1, 0));
}

int splice_through_ring_into(int socket) {
  int pipes[2];
  if (pipe(pipes) != 0 || write(pipes[1], "x", 1) != 1) return errno;
  return tried_by_number(splice_through_ring(pipes[0], socket));
}

int send_several(int socket) {
  iovec data{const_cast<char*>("x"), 1};
  mmsghdr both[2] = {};
  for (mmsghdr& one : both) one.msg_hdr.msg_iov = &data, one.msg_hdr.msg_iovlen = 1;
  return tried(sendmmsg(socket, both, 2, 0));
}

}  // namespace

TEST_CASE("attacks: allow-egress --existing, by an open connection") {
  const open_connection open;
  const int by = open.by.get();
  const rules_file file(rules);
  const auto through = [=](ring_operation what) {
    return tried_by_number(through_ring({.operation = what, .fd = by, .address = ring_address("x"), .length = 1}));
  };
  attack({{"allow-egress", "--rules", file.path, "--existing"},
          {
              denied("send", "network", [=] { return tried(send(by, "x", 1, 0)); }),
              denied("send without a copy", "network", [=] { return tried(send(by, "x", 1, MSG_ZEROCOPY)); }),
              denied("write", "network", [=] { return tried(write(by, "x", 1)); }),
              denied("several messages", "network", [=] { return send_several(by); }),
              denied("splice", "network", [=] { return splice_into(by); }),
              denied("splice of mapped memory", "network", [=] { return splice_memory_into(by); }),
              denied("sendfile", "network", [=] { return send_file_into(by); }),
              denied("send by io_uring", "network", [=] { return through(ring_operation::send); }),
              denied("write by io_uring", "network", [=] { return through(ring_operation::write); }),
              denied("splice by io_uring", "network", [=] { return splice_through_ring_into(by); }),
          }});
}

TEST_CASE("attacks: allow-egress without --existing, by an open connection") {
  const open_connection open;
  const int by = open.by.get();
  const rules_file file(rules);
  attack({{"allow-egress", "--rules", file.path},
          {open_to("open connection", "allow-egress --existing", [=] { return tried(send(by, "x", 1, 0)); })}});
}

TEST_SUITE_END();
