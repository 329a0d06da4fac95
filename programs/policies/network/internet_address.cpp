#include <lsmith/programs/policies/network/internet_address.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <cstdint>

namespace lsmith::programs {
namespace {

// ::ffff:0:0 in network order
constexpr std::uint32_t mapped = std::endian::native == std::endian::little ? 0xffff0000 : 0x0000ffff;
constexpr std::int64_t upper_word = std::int64_t{1} << 32;  // a factor that moves a number to the upper 32 bits
constexpr int AF_SMC_ = 43;  // TCP under another name: its addresses are those of IPv4 and IPv6

/// Without or_zero(), a value that cannot be read would skip the denial, and the call would be allowed.
endpoint of_ipv4(const dsl::value& given, const dsl::value& port) {
  const dsl::value address = given.or_zero();
  return {{0, 0, mapped, address}, address * upper_word | mapped, {}, port};
}

endpoint of_ipv6(const dsl::value& address, const dsl::value& port) {
  const dsl::value a = address["in6_u.u6_addr32[0]"].or_zero(), b = address["in6_u.u6_addr32[1]"].or_zero();
  const dsl::value c = address["in6_u.u6_addr32[2]"].or_zero(), d = address["in6_u.u6_addr32[3]"].or_zero();
  return {{a, b, c, d}, d * upper_word | c, b * upper_word | a, port};
}

dsl::value host_order(const dsl::value& port) { return port.or_zero().from_network(); }

dsl::condition allows(const dsl::entry<open_ports>& open, const dsl::value& port) {
  const auto between = [&](auto first, auto last) { return port >= open[first].get() && port <= open[last].get(); };
  return between(&open_ports::first_0, &open_ports::last_0) || between(&open_ports::first_1, &open_ports::last_1) ||
         between(&open_ports::first_2, &open_ports::last_2) || between(&open_ports::first_3, &open_ports::last_3);
}

dsl::condition allows_all(const dsl::entry<open_ports>& open) {
  return open[&open_ports::first_0].get() == 0 && open[&open_ports::last_0].get() == UINT16_MAX;
}

}  // namespace

internet_socket::internet_socket(dsl::hook& h, const dsl::value& sock)
    : h_(h), sock_(sock), own_(sock["__sk_common.skc_family"]) {}

dsl::condition internet_socket::is_internet() const { return own_.in({AF_INET, AF_INET6}); }

void internet_socket::with_given(const dsl::value& address, const dsl::value& family, const with_endpoint& run) const {
  const auto v4 = address.as("sockaddr_in"), v6 = address.as("sockaddr_in6");
  const auto takes_both = own_.in({AF_INET6, AF_SMC_});
  h_.when(own_ == AF_INET || (takes_both && family == AF_INET),
          [&] { run(of_ipv4(v4["sin_addr.s_addr"], host_order(v4["sin_port"]))); });
  h_.when(takes_both && family.in({AF_INET6, AF_UNSPEC}), [&] { run(of_ipv6(v6["sin6_addr"], host_order(v6["sin6_port"]))); });
}

void internet_socket::with_remote(const dsl::value& port, const with_endpoint& run) const {
  h_.when(own_ == AF_INET, [&] { run(of_ipv4(sock_["__sk_common.skc_daddr"], port)); });
  h_.when(own_ == AF_INET6, [&] { run(of_ipv6(sock_["__sk_common.skc_v6_daddr"], port)); });
}

void internet_socket::with_peer(const with_endpoint& run) const {
  const auto port = sock_["__sk_common.skc_dport"];
  h_.when(port != 0, [&] { with_remote(host_order(port), run); });
}

void internet_socket::with_peer_at_own_port(const with_endpoint& run) const { with_remote(sock_["__sk_common.skc_num"], run); }

void internet_socket::with_own(const with_endpoint& run) const {
  const auto port = sock_["__sk_common.skc_num"].or_zero();
  h_.when(own_ == AF_INET, [&] { run(of_ipv4(sock_["__sk_common.skc_rcv_saddr"], port)); });
  h_.when(own_ == AF_INET6, [&] { run(of_ipv6(sock_["__sk_common.skc_v6_rcv_saddr"], port)); });
}

void internet_socket::allow_by_rules(const rule_maps& rules, const endpoint& at, const without_rule& otherwise) const {
  const auto networks = h_.prefixes<network_key, open_ports>(rules.networks, most_networks);
  h_.array_of(rules.sets, networks, 1).find(0).found([&](const auto& now) {
    now.find(dsl::record<network_key>(128, at.words[0], at.words[1], at.words[2], at.words[3])).found([&](const auto& open) {
      const auto is_raw = sock_["sk_type"] == SOCK_RAW;
      h_.when(allows(open, at.port) && !is_raw, [&] { h_.allow(); });
      h_.when(is_raw && sock_["sk_protocol"] != IPPROTO_RAW && allows_all(open), [&] { h_.allow(); });
      otherwise(at, "port");
    });
  });
  otherwise(at, "network");
}

with_endpoint internet_socket::allowed_only(const rule_maps& rules, const denier& with) const {
  return [&](const endpoint& met) {
    allow_by_rules(rules, met, [&](const endpoint& at, std::string_view reason) { deny(with, reason, at); });
  };
}

void internet_socket::deny(const denier& with, std::string_view reason, const std::vector<shown>& values) const {
  h_.when(sock_["sk_kern_sock"] != 0, [&] { h_.allow(); });
  with(EPERM, reason, values);
}

void internet_socket::deny(const denier& with, std::string_view reason, const endpoint& at) const {
  deny(with, reason,
       {{"port", at.port, value_form::natural},
        {"address", at.low, value_form::address, at.high},
        {"protocol", sock_["sk_protocol"], value_form::natural}});
}

void on_socket(policy& to, std::string_view hook, std::string_view part, const socket_rule& rule) {
  to.on(hook, part, [&](dsl::hook& h, const denier& deny) {
    const auto sock = h.arg("sock")["sk"];
    h.when(sock != 0, [&] { rule(h, deny, sock); });
  });
}

bool store_rules(policy& to, const rule_maps& maps, const option_values& values) {
  const given_value file = value_of(values, "rules");
  const auto rules = read_address_rules(file.text);
  if (rules) to.fill(contents_of(maps.networks, rules->networks, rules->ports));
  else
    for (const fault& one : rules.error()) to.add_fault(one, file.where);
  return rules.has_value();
}

void when_socket_file(dsl::hook& h, const dsl::value& file, const dsl::body& run) {
  h.when((file["f_inode"]["i_mode"] & S_IFMT) == S_IFSOCK, run);
}

void when_socket(dsl::hook& h, const dsl::value& file, const std::function<void(const dsl::value& sock)>& run) {
  when_socket_file(h, file, [&] {
    const auto sock = file["private_data"].as("socket")["sk"];
    h.when(sock != 0, [&] { run(sock); });
  });
}

bool splices_past_sendmsg(const policy& to) { return to.has_member("proto_ops", "sendpage"); }

}  // namespace lsmith::programs
