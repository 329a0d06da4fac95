// Threat: a process that was taken over calls home, sends data out, or looks around in the network.
// Hooks: socket_connect (TCP, and UDP that is connected), socket_sendmsg (UDP that is not, TCP Fast Open, every other way to
//   name an address while sending), sctp_bind_connect (SCTP to many addresses at once), from Linux 5.7. Allowed is what the
//   rule file names, the longest prefix deciding; the rest is refused. An IPv4 address is one and the same as sockaddr_in, as
//   IPv6-mapped one, and in a datagram whose family is left unspecified.
// Not stopped: connections that are open already, unless --existing is given, which asks at every sending (also answers to
//   those who connected to us); raw and packet sockets (deny-raw-sockets); what a process asks another one to send for it,
//   such as names from a resolver; the kernel's own traffic.
// Not taken back: what was sent.
#include <sys/socket.h>

#include <bit>
#include <cerrno>

#include <lsmith/programs/egress_rules.hpp>
#include <lsmith/programs/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::string_view networks_map = "networks";
constexpr std::uint32_t mapped = std::endian::native == std::endian::little ? 0xffff0000 : 0x0000ffff;  // ::ffff:0:0 in network order
constexpr std::uint32_t PF_KTHREAD = 0x00200000;  // include/linux/sched.h
constexpr std::int64_t upper_half = std::int64_t{1} << 32;

constexpr option_description own_options[] = {
    {"rules", "FILE", "where they may connect to, one network a line: 10.0.0.0/8 443,8000-8099 (required)"},
    {"existing", "", "also ask at every sending on a connection that is open"},
};

/// An address with its port, out of wherever it stands.
struct endpoint {
  std::array<dsl::field_value, 4> words;
  dsl::value high, low;  ///< the same for an event
  dsl::value port;
};

endpoint of_ipv4(dsl::hook& h, const dsl::value& address, const dsl::value& port) {
  const dsl::value low = address * upper_half | mapped;
  return {{0, 0, mapped, address}, h.number(0), low, port.from_network()};
}

endpoint of_ipv6(const dsl::value& address, const dsl::value& port) {
  const dsl::value a = address["in6_u.u6_addr32[0]"], b = address["in6_u.u6_addr32[1]"];
  const dsl::value c = address["in6_u.u6_addr32[2]"], d = address["in6_u.u6_addr32[3]"];
  return {{a, b, c, d}, b * upper_half | a, d * upper_half | c, port.from_network()};
}

/// One program that judges where something goes.
class judge {
 public:
  judge(dsl::hook& h, const refusal& refuse, const dsl::value& sock, std::uint32_t entries)
      : h_(h), refuse_(refuse), sock_(sock), networks_(h.prefixes<network_key, open_ports>(networks_map, entries)) {}

  /// An address given by the process: which kind it is depends on the socket. A family left open means the socket's own to
  /// those who send, and the end of an association to those who connect.
  void given(const dsl::value& address) {
    const auto family = address.as("sockaddr")["sa_family"], own = sock_["__sk_common.skc_family"];
    const auto v4 = address.as("sockaddr_in"), v6 = address.as("sockaddr_in6");
    h_.when(own == AF_INET || (own == AF_INET6 && family == AF_INET), [&] { allow_only(of_ipv4(h_, v4["sin_addr.s_addr"], v4["sin_port"])); });
    h_.when(own == AF_INET6 && family == AF_INET6, [&] { allow_only(of_ipv6(v6["sin6_addr"], v6["sin6_port"])); });
  }

  /// Whom the socket is connected to.
  void connected() {
    const auto family = sock_["__sk_common.skc_family"], port = sock_["__sk_common.skc_dport"];
    h_.when(port != 0, [&] {
      h_.when(family == AF_INET, [&] { allow_only(of_ipv4(h_, sock_["__sk_common.skc_daddr"], port)); });
      h_.when(family == AF_INET6, [&] { allow_only(of_ipv6(sock_["__sk_common.skc_v6_daddr"], port)); });
    });
  }

 private:
  void allow_only(const endpoint& to) {
    const auto refused = [&](std::string_view reason) {
      h_.when(h_.current()["flags"] & PF_KTHREAD, [&] { h_.allow(); });
      refuse_(EPERM, reason, {{"port", to.port, value_form::natural},
                              {"address", to.high, value_form::address, to.low},
                              {"protocol", sock_["sk_protocol"], value_form::natural}});
    };
    const auto key = dsl::record<network_key>(128, to.words[0], to.words[1], to.words[2], to.words[3]);
    networks_.find(key).found([&](auto open) {
      const auto between = [&](auto first, auto last) { return to.port >= open[first].get() && to.port <= open[last].get(); };
      const dsl::condition is_open = between(&open_ports::first_0, &open_ports::last_0) || between(&open_ports::first_1, &open_ports::last_1) ||
                                     between(&open_ports::first_2, &open_ports::last_2) || between(&open_ports::first_3, &open_ports::last_3);
      h_.when(is_open, [&] { h_.allow(); });
      refused("port");
    }, [&] { refused("network"); });
  }

  dsl::hook& h_;
  const refusal& refuse_;
  dsl::value sock_;
  dsl::map_of<network_key, open_ports> networks_;
};

void write(policy& to, const option_values& values) {
  if (!is_given(values, "rules")) return to.tell({.why = cause::value_missing, .name = "--rules", .of = "allow-egress"});
  const auto rules = read_egress_rules(std::string(text_of(values, "rules")));
  if (!rules) {
    for (const fault& one : rules.error()) to.tell(one);
    return;
  }
  const auto entries = static_cast<std::uint32_t>(rules->networks.size());
  to.fill({std::string(networks_map), bytes_of_all(rules->networks), bytes_of_all(rules->ports)});

  to.on("socket_connect", "connections", [&](dsl::hook& h, const refusal& refuse) {
    const auto sock = h.arg("sock")["sk"], address = h.arg("address");
    h.when(sock != 0 && address["sa_family"] != AF_UNSPEC, [&] { judge(h, refuse, sock, entries).given(address); });
  });
  to.on("socket_sendmsg", "datagrams and Fast Open", [&](dsl::hook& h, const refusal& refuse) {
    const auto sock = h.arg("sock")["sk"], address = h.arg("msg")["msg_name"];
    judge asked(h, refuse, sock, entries);
    h.when(sock != 0, [&] {
      const auto named = h.when(address != 0, [&] { asked.given(address); });
      if (is_given(values, "existing")) named.otherwise([&] { asked.connected(); });
    });
  });
  to.on("sctp_bind_connect", "SCTP connections to many addresses", [](dsl::hook& h, const refusal& refuse) {
    constexpr int SCTP_SOCKOPT_CONNECTX_OLD = 107, SCTP_SOCKOPT_CONNECTX = 110, SCTP_SENDMSG_CONNECT = 114;
    const auto option = h.arg("optname");
    h.when(option.in({SCTP_SOCKOPT_CONNECTX_OLD, SCTP_SOCKOPT_CONNECTX, SCTP_SENDMSG_CONNECT}),
           [&] { refuse(EPERM, "sctp-connect", {{"option", option}}); });
  });
}

}  // namespace

constinit const ready_made allow_egress = {
    .name = "allow-egress",
    .summary = "refuse to connect and send anywhere but to the networks and ports of a rule file",
    .example = "lsmith run allow-egress --rules /etc/lsmith/web.rules --cgroup /sys/fs/cgroup/web --pin web",
    .hooks = "socket_connect socket_sendmsg sctp_bind_connect",
    .lowest = "5.7",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
