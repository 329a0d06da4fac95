// Rules of allow-egress and allow-ingress: networks, and the open ports of each. As text, one network per line:
//
//   10.0.0.0/8        443,8080-8090     # IPv4, with ports
//   192.0.2.7                           # one address, every port
//   2001:db8::/32     53
//
// Networks must not overlap: an address in two networks would have two lists of ports. IPv4 networks are stored as the IPv6
// networks that they are mapped to (::ffff:0:0/96). So one table serves both families, and an IPv4 address matches in both of
// its notations.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/base/faults.hpp>

namespace lsmith::programs {

/// A network, as the key of an LPM trie map (struct bpf_lpm_trie_key). Programs write it too: fixed widths, no padding.
struct network_key {
  std::uint32_t bits = 0;                      ///< length of the prefix, 0 to 128
  std::array<std::uint32_t, 4> address = {};   ///< in network order
  bool operator==(const network_key&) const = default;
};
static_assert(sizeof(network_key) == 20);

/// Four ranges of ports, in host order, both ends included. A range whose first port is greater than its last is empty.
struct open_ports {
  std::uint16_t first_0 = 1, last_0 = 0;
  std::uint16_t first_1 = 1, last_1 = 0;
  std::uint16_t first_2 = 1, last_2 = 0;
  std::uint16_t first_3 = 1, last_3 = 0;
};
static_assert(sizeof(open_ports) == 16);

inline constexpr std::uint32_t most_networks = 1'000'000;

/// Networks, sorted by address, and their ports: ports[i] belongs to networks[i].
struct address_rules {
  std::vector<network_key> networks = {};
  std::vector<open_ports> ports = {};
};

/// Reads the rules from a file. Faults, at most ten: file_unreadable, not_a_file; text_unexpected for a line that is no rule,
/// for more than most_networks, for networks that overlap, and for a file without rules.
checked<address_rules> read_address_rules(const std::string& path);

}  // namespace lsmith::programs
