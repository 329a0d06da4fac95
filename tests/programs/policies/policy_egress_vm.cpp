// allow-egress: every way to pass an address to the kernel is tried, with an allowed address and with one that is not allowed.
#include <doctest/doctest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/tests/harness/policy/attempt.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/network.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// Every way to reach an address and port, as an IPv4 and as a mapped IPv6 address.
std::vector<attempt> all_ways(const char* address, const char* as_mapped, std::uint16_t port, const char* rule) {
  const auto v4 = ipv4(address, port), unspecified = ipv4(address, port, AF_UNSPEC);
  const auto v6 = ipv6(as_mapped, port);
  return {
      {"TCP", [=] { return try_connect(AF_INET, SOCK_STREAM, v4); }, rule},
      {"TCP, mapped into IPv6", [=] { return try_connect(AF_INET6, SOCK_STREAM, v6); }, rule},
      {"TCP Fast Open", [=] { return try_send(AF_INET, SOCK_STREAM, v4, MSG_FASTOPEN); }, rule},
      {"TCP Fast Open, mapped", [=] { return try_send(AF_INET6, SOCK_STREAM, v6, MSG_FASTOPEN); }, rule},
      {"connected UDP", [=] { return try_connect(AF_INET, SOCK_DGRAM, v4); }, rule},
      {"unconnected UDP", [=] { return try_send(AF_INET, SOCK_DGRAM, v4); }, rule},
      {"unconnected UDP without a family", [=] { return try_send(AF_INET, SOCK_DGRAM, unspecified); }, rule},
      {"unconnected UDP, mapped", [=] { return try_send(AF_INET6, SOCK_DGRAM, v6); }, rule},
      {"unconnected UDP of an IPv6 socket to an IPv4 address", [=] { return try_send(AF_INET6, SOCK_DGRAM, v4); }, rule},
  };
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("allow-egress: a destination that no rule allows is refused in every way, and an allowed one is reached") {
  raise_loopback();
  const rules_file rules("# where they may go\n127.0.0.0/9    80,8000-8099\n127.128.0.0/16 25\n::1            443\n");
  const bound_group bound("allow-egress", {{"rules", rules.path}});
  check_attempts(bound, all_ways("127.0.0.1", "::ffff:127.0.0.1", 80, nullptr));
  check_attempts(bound, all_ways("127.0.0.1", "::ffff:127.0.0.1", 8099, nullptr));
  check_attempts(bound, all_ways("127.0.0.1", "::ffff:127.0.0.1", 81, "port"));
  check_attempts(bound, all_ways("127.128.0.1", "::ffff:127.128.0.1", 80, "port"));
  check_attempts(bound, all_ways("127.128.0.1", "::ffff:127.128.0.1", 25, nullptr));
  check_attempts(bound, all_ways("127.129.0.1", "::ffff:127.129.0.1", 25, "network"));
  check_attempts(bound, all_ways("192.0.2.1", "::ffff:192.0.2.1", 80, "network"));
  check_attempts(
      bound, {{"IPv6, allowed", [] { return try_connect(AF_INET6, SOCK_STREAM, ipv6("::1", 443)); }, nullptr},
              {"IPv6, another port", [] { return try_connect(AF_INET6, SOCK_STREAM, ipv6("::1", 80)); }, "port"},
              {"IPv6, another address", [] { return try_send(AF_INET6, SOCK_DGRAM, ipv6("2001:db8::1", 443)); }, "network"},
              {"no address at all", [] { return try_connect(AF_INET, SOCK_STREAM, ipv4("0.0.0.0", 80)); }, "network"},
              {"end an association", [] { return try_connect(AF_INET, SOCK_DGRAM, ipv4("192.0.2.1", 80, AF_UNSPEC)); }, nullptr},
              {"a local socket",
               [] {
                 int both[2];
                 return socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0 ? past_policy(send(both[0], "x", 1, 0)) : errno;
               },
               nullptr}});
}

TEST_CASE("allow-egress: an event shows the address, the port and the protocol; an IPv4 address is mapped") {
  const rules_file rules("10.0.0.0/8\n");
  const bound_group bound("allow-egress", {{"rules", rules.path}});
  CHECK(bound.inside([] { return try_send(AF_INET, SOCK_DGRAM, ipv4("192.0.2.1", 53)); }) == EPERM);
  const auto all = events_of<programs::event>(bound.policy());
  REQUIRE(all.size() == 1);
  const auto mapped = ipv6("::ffff:192.0.2.1", 0);
  CHECK(all[0].values[0] == 53);
  CHECK(std::memcmp(&all[0].values[1], &mapped.sin6_addr, 16) == 0);
  CHECK(all[0].values[3] == IPPROTO_UDP);
}

TEST_CASE("allow-egress --existing: the rules also apply to a connection that is already open") {
  raise_loopback();
  const int server = socket(AF_INET, SOCK_DGRAM, 0), client = socket(AF_INET, SOCK_DGRAM, 0);
  const auto here = ipv4("127.0.0.1", 5000);
  REQUIRE(bind(server, general(here), sizeof here) == 0);
  REQUIRE(connect(client, general(here), sizeof here) == 0);
  const rules_file rules("192.0.2.0/24\n");
  const auto send_on = [=] { return past_policy(send(client, "x", 1, 0)); };
  {
    const bound_group bound("allow-egress", {{"rules", rules.path}});
    check_attempts(bound, {{"send on it", send_on, nullptr}});
  }
  const bound_group bound("allow-egress", {{"rules", rules.path}, {"existing", ""}});
  check_attempts(bound, {{"send on it", send_on, "network"}});
  close(server);
  close(client);
}

namespace {

std::vector<std::uint32_t> ids_of(const char* pinned) {
  const auto found = loader::pins().find(pinned);
  REQUIRE(found);
  std::vector<std::uint32_t> ids;
  for (const auto& one : found->links) ids.push_back(one.link.prog_id);
  return ids;
}

int try_port(std::uint16_t port) { return try_send(AF_INET, SOCK_DGRAM, ipv4("127.0.0.1", port)); }

}  // namespace

TEST_CASE("reload allow-egress: new rules replace the old ones in one step; another option replaces the whole policy") {
  raise_loopback();
  const rules_file rules("127.0.0.0/8 80\n");
  const temporary_cgroup group("lsmith-egress");
  const auto inside = [&](std::uint16_t port) { return in_child([&] { return group.join() ? try_port(port) : 255; }); };
  REQUIRE(lsmith_says({"run", "allow-egress", "--rules", rules.path, "--cgroup", group.path(), "--pin", "web"}).status == 0);
  const auto programs = ids_of("web");
  CHECK(inside(80) == 0);
  CHECK(inside(25) == EPERM);

  rules.write("127.0.0.0/8 25,26\n10.0.0.0/8\n");
  const outcome reloaded = lsmith_says({"reload", "web"});
  CHECK(reloaded.status == 0);
  CHECK(reloaded.err == "lsmith: web: allow-egress has new rules\n");
  CHECK(inside(25) == 0);
  CHECK(inside(80) == EPERM);
  CHECK(ids_of("web") == programs);  // no program was loaded again
  CHECK(contains(lsmith_says({"report", "web"}).out, "allow-egress"));
  CHECK(contains(lsmith_says({"reload", "web"}).err, "nothing is changed"));

  rules.write("127.0.0.0/8 25\n");  // another option changes more than the rules, so the whole policy is replaced
  CHECK(lsmith_says({"reload", "web", "--existing"}).status == 0);
  CHECK(ids_of("web") != programs);
  CHECK(inside(25) == 0);
  CHECK(inside(80) == EPERM);
  CHECK(lsmith_says({"detach", "web"}).status == 0);
  CHECK(inside(80) == 0);
}

TEST_SUITE_END();
