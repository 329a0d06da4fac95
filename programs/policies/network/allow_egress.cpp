// Threat: a compromised process contacts its controller, sends data out, or scans the network.
// Hooks: socket_connect (TCP, and UDP that is connected), socket_sendmsg (UDP that is not connected, TCP Fast Open, raw
//   sockets, and every other send with an address), sctp_bind_connect (SCTP to many addresses at once), from Linux 5.10. Only
//   the networks and ports of the rule file are allowed. An IPv4 address matches as sockaddr_in, as IPv6-mapped address, and
//   in a datagram whose family is AF_UNSPEC.
// Not stopped: connections that are open already, unless --existing is given, which tests each send (also the replies on
//   connections that others opened to this process); packet sockets (deny-raw-sockets) and families that carry their traffic
//   over IP by themselves (AF_RXRPC, AF_RDS, AF_TIPC: deny-socket-family); what another process sends on request, such as a
//   resolver that looks up names; sockets that the kernel creates for itself.
// Not taken back: what was sent.
// The rules are in an inner map of an array of maps, so that 'lsmith reload' replaces them in one step.
#include <sys/socket.h>

#include <bit>
#include <cerrno>

#include <lsmith/programs/options/egress_rules.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::string_view networks_map = "networks", sets_map = "network_sets";
// ::ffff:0:0 in network order
constexpr std::uint32_t mapped = std::endian::native == std::endian::little ? 0xffff0000 : 0x0000ffff;
constexpr std::int64_t upper_word = std::int64_t{1} << 32;  // a factor that moves a number to the upper 32 bits
constexpr int AF_SMC_ = 43;  // TCP under another name: its addresses are those of IPv4 and IPv6

constexpr option_description own_options[] = {
    {"rules", "FILE", "the allowed networks and ports, one network per line: 10.0.0.0/8 443,8000-8099", option_kind::path,
     option_need::required},
    {"existing", "", "also apply the rules at each send on an open connection"},
};

/// An address with its port, from a sockaddr or a socket.
struct endpoint {
  std::array<dsl::field_value, 4> words;  ///< for the key of the lookup
  dsl::value low;                         ///< the same address for an event: bytes 8 to 15
  std::optional<dsl::value> high;         ///< bytes 0 to 7; nothing for zeros
  dsl::value port;
};

/// What cannot be read becomes zero, an address that no rule allows. Without or_zero(), the unread value would skip the denial,
/// and the call would be allowed.
endpoint of_ipv4(const dsl::value& given, const dsl::value& port) {
  const dsl::value address = given.or_zero();
  return {{0, 0, mapped, address}, address * upper_word | mapped, {}, port.or_zero().from_network()};
}

endpoint of_ipv6(const dsl::value& address, const dsl::value& port) {
  const dsl::value a = address["in6_u.u6_addr32[0]"].or_zero(), b = address["in6_u.u6_addr32[1]"].or_zero();
  const dsl::value c = address["in6_u.u6_addr32[2]"].or_zero(), d = address["in6_u.u6_addr32[3]"].or_zero();
  return {{a, b, c, d}, d * upper_word | c, b * upper_word | a, port.or_zero().from_network()};
}

/// One program, which denies destinations that the rules do not allow.
class judge {
 public:
  judge(dsl::hook& h, const denier& deny, const dsl::value& sock)
      : h_(h),
        deny_(deny),
        sock_(sock),
        own_(sock["__sk_common.skc_family"]),
        sets_(h.array_of(sets_map, h.prefixes<network_key, open_ports>(networks_map, most_networks), 1)) {}

  /// An address given by the process. How it is read depends on the socket's family. AF_UNSPEC in an address means the socket's
  /// own family in a send, and ends the association in connect(2).
  void given(const dsl::value& address, const dsl::value& family) {
    const auto v4 = address.as("sockaddr_in"), v6 = address.as("sockaddr_in6");
    const auto takes_both = own_.in({AF_INET6, AF_SMC_});
    h_.when(own_ == AF_INET || (takes_both && family == AF_INET),
            [&] { allow_only(of_ipv4(v4["sin_addr.s_addr"], v4["sin_port"])); });
    h_.when(takes_both && family == AF_INET6, [&] { allow_only(of_ipv6(v6["sin6_addr"], v6["sin6_port"])); });
  }

  /// The address that the socket is connected to.
  void connected() {
    const auto port = sock_["__sk_common.skc_dport"];
    h_.when(port != 0, [&] {
      h_.when(own_ == AF_INET, [&] { allow_only(of_ipv4(sock_["__sk_common.skc_daddr"], port)); });
      h_.when(own_ == AF_INET6, [&] { allow_only(of_ipv6(sock_["__sk_common.skc_v6_daddr"], port)); });
    });
  }

 private:
  void allow_only(const endpoint& to) {
    const auto refused = [&](std::string_view reason) {
      h_.when(sock_["sk_kern_sock"] != 0, [&] { h_.allow(); });
      deny_(EPERM, reason,
            {{"port", to.port, value_form::natural},
             {"address", to.low, value_form::address, to.high},
             {"protocol", sock_["sk_protocol"], value_form::natural}});
    };
    sets_.find(0).found([&](const auto& networks) {
      const auto key = dsl::record<network_key>(128, to.words[0], to.words[1], to.words[2], to.words[3]);
      networks.find(key).found([&](auto open) {
        const auto between = [&](auto first, auto last) { return to.port >= open[first].get() && to.port <= open[last].get(); };
        h_.when(between(&open_ports::first_0, &open_ports::last_0) || between(&open_ports::first_1, &open_ports::last_1) ||
                    between(&open_ports::first_2, &open_ports::last_2) || between(&open_ports::first_3, &open_ports::last_3),
                [&] { h_.allow(); });
        refused("port");
      });
    });
    refused("network");
  }

  dsl::hook& h_;
  const denier& deny_;
  dsl::value sock_, own_;
  dsl::map_of_maps<std::uint32_t, dsl::map_of<network_key, open_ports>> sets_;
};

void write(policy& to, const option_values& values) {
  const given_value file = value_of(values, "rules");
  const auto rules = read_egress_rules(file.text);
  if (!rules) {
    for (const fault& one : rules.error()) to.add_fault(one, file.where);
    return;
  }
  to.fill({std::string(networks_map), bytes_of_all(rules->networks), bytes_of_all(rules->ports)});

  to.on("socket_connect", "connections", [](dsl::hook& h, const denier& deny) {
    const auto sock = h.arg("sock")["sk"], address = h.arg("address"), family = address["sa_family"];
    h.when(sock != 0 && family != AF_UNSPEC, [&] { judge(h, deny, sock).given(address, family); });
  });
  to.on("socket_sendmsg", "datagrams and Fast Open", [&](dsl::hook& h, const denier& deny) {
    const auto sock = h.arg("sock")["sk"], address = h.arg("msg")["msg_name"];
    h.when(sock != 0, [&] {
      judge destination(h, deny, sock);
      h.when(address != 0, [&] { destination.given(address, address.as("sockaddr")["sa_family"]); });
      if (is_given(values, "existing")) destination.connected();
    });
  });
  to.on("sctp_bind_connect", "SCTP connections to many addresses", [](dsl::hook& h, const denier& deny) {
    constexpr int SCTP_SOCKOPT_CONNECTX_OLD = 107, SCTP_SOCKOPT_CONNECTX = 110, SCTP_SENDMSG_CONNECT = 114;
    const auto option = h.arg("optname");
    h.when(option.in({SCTP_SOCKOPT_CONNECTX_OLD, SCTP_SOCKOPT_CONNECTX, SCTP_SENDMSG_CONNECT}),
           [&] { deny(EPERM, "sctp-connect", {{"option", option}}); });
  });
}

}  // namespace

constinit const ready_made allow_egress = {
    .name = "allow-egress",
    .summary = "deny connecting and sending, except to the networks and ports of a rule file",
    .example = "lsmith run allow-egress --rules /etc/lsmith/web.rules --cgroup /sys/fs/cgroup/web --pin web",
    .hooks = "socket_connect socket_sendmsg sctp_bind_connect",
    .lowest = "5.10",
    .not_undone = "what was sent before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
