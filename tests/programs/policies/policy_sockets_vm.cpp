// Policies on sockets: every attack that must be denied, and similar calls that must be allowed.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <lsmith/tests/harness/policy/attempt.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

int try_socket_of(int family, int type, int protocol = 0) {
  const int opened = socket(family, type, protocol);
  if (opened < 0) return errno;
  close(opened);
  return 0;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("deny-raw-sockets: packet and raw sockets are refused, and other sockets are not") {
  constexpr int SOCK_PACKET_ = 10;
  struct attempt {
    int family, type, protocol, outcome;
  };
  const attempt attempts[] = {
      {AF_PACKET, SOCK_RAW, 0, EPERM},
      {AF_PACKET, SOCK_DGRAM, 0, EPERM},
      {AF_INET, SOCK_PACKET_, 0, EPERM},  // the old way to create a packet socket
      {AF_INET, SOCK_RAW, IPPROTO_ICMP, EPERM},
      {AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW, EPERM},
      {AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, EPERM},
      {AF_INET, SOCK_STREAM, 0, 0},
      {AF_INET, SOCK_DGRAM, 0, 0},
      {AF_UNIX, SOCK_STREAM, 0, 0},
      {AF_NETLINK, SOCK_RAW, 0, 0},  // every netlink socket is "raw"
  };
  const bound_group bound("deny-raw-sockets");
  for (const attempt& one : attempts) {
    CAPTURE(one.family);
    CAPTURE(one.type);
    const auto attack = [&] { return try_socket_of(one.family, one.type, one.protocol); };
    const int free = in_child(attack);
    CHECK(bound.inside(attack) == (one.outcome != 0 ? one.outcome : free));
    if (one.family != AF_INET6 || free != EAFNOSUPPORT) CHECK(free == 0);
  }
  CHECK(bound.decided() == "raw-socket raw-socket raw-socket raw-socket raw-socket raw-socket");
}

TEST_CASE("deny-netlink: the named protocols are refused, for both types of socket, and other protocols are not") {
  constexpr int NETLINK_ROUTE_ = 0, NETLINK_XFRM_ = 6, NETLINK_NETFILTER_ = 12, NETLINK_KOBJECT_UEVENT_ = 15;
  const auto netlink = [](int type, int protocol) { return [=] { return try_socket_of(AF_NETLINK, type, protocol); }; };
  {
    const bound_group bound("deny-netlink");
    check_attempts(bound, {{"packet filters", netlink(SOCK_RAW, NETLINK_NETFILTER_), "netlink"},
                           {"packet filters, as datagrams", netlink(SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_NETFILTER_), "netlink"},
                           {"IPsec", netlink(SOCK_RAW, NETLINK_XFRM_), "netlink"},
                           {"routes", netlink(SOCK_RAW, NETLINK_ROUTE_), nullptr},
                           {"events of devices", netlink(SOCK_DGRAM, NETLINK_KOBJECT_UEVENT_), nullptr},
                           {"another family's twelfth protocol", [] { return try_socket_of(AF_INET, SOCK_RAW, 12); }, nullptr}});
  }
  const bound_group bound("deny-netlink", {{"protocol", "NETLINK_ROUTE,15"}});
  check_attempts(bound, {{"routes", netlink(SOCK_RAW, NETLINK_ROUTE_), "netlink"},
                         {"events of devices", netlink(SOCK_DGRAM, NETLINK_KOBJECT_UEVENT_), "netlink"},
                         {"packet filters", netlink(SOCK_RAW, NETLINK_NETFILTER_), nullptr}});
}

TEST_CASE("deny-socket-family --existing: a socket that was open before cannot be used by any call") {
  const int ends_here = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{.sun_family = AF_UNIX, .sun_path = "\0lsmith-existing"};
  const auto* address = reinterpret_cast<const sockaddr*>(&name);
  const int listening = socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(bind(listening, address, sizeof name) == 0);
  REQUIRE(listen(listening, 4) == 0);
  const int waiting = socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(connect(waiting, address, sizeof name) == 0);
  int pair[2], other[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  REQUIRE(send(pair[1], "x", 1, 0) == 1);
  const int inet = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  {
    const bound_group bound("deny-socket-family", {{"family", "AF_UNIX"}, {"existing", ""}});
    sockaddr_un fresh{.sun_family = AF_UNIX, .sun_path = "\0lsmith-existing-2"};
    CHECK(bound.inside([&] { return outcome_of(bind(ends_here, reinterpret_cast<const sockaddr*>(&fresh), sizeof fresh)); }) ==
          EPERM);
    CHECK(bound.inside([&] { return outcome_of(connect(ends_here, address, sizeof name)); }) == EPERM);
    CHECK(bound.inside([&] { return outcome_of(accept(listening, nullptr, nullptr)); }) == EPERM);
    CHECK(bound.inside([&] { return outcome_of(send(pair[0], "x", 1, 0)); }) == EPERM);
    CHECK(bound.inside([&] { return outcome_of(write(pair[0], "x", 1)); }) == EPERM);
    char character;
    CHECK(bound.inside([&] { return outcome_of(recv(pair[0], &character, 1, 0)); }) == EPERM);
    CHECK(bound.inside([&] { return outcome_of(read(pair[0], &character, 1)); }) == EPERM);
    CHECK(bound.inside([&] { return outcome_of(socketpair(AF_UNIX, SOCK_STREAM, 0, other)); }) == EPERM);
    CHECK(bound.decided() == "open-socket open-socket open-socket open-socket open-socket open-socket open-socket new-socket");

    CHECK(bound.inside([&] { return outcome_of(bind(inet, reinterpret_cast<const sockaddr*>(&any), sizeof any)); }) == 0);
    CHECK(in_child([&] { return outcome_of(send(pair[0], "x", 1, 0)); }) == 0);
  }
  {
    const bound_group bound("deny-socket-family", {{"family", "AF_UNIX"}});  // without --existing an open socket stays usable
    CHECK(bound.inside([&] { return outcome_of(send(pair[0], "x", 1, 0)); }) == 0);
  }
  for (const int one : {ends_here, listening, waiting, pair[0], pair[1], inet}) close(one);
}

TEST_SUITE_END();
