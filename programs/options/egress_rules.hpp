// Where processes may connect to: networks, and the ports that are open in each. As text, one network a line:
//
//   10.0.0.0/8        443,8080-8090     # IPv4, with ports
//   192.0.2.7                           # one address, every port
//   2001:db8::/32     53
//
// An address belongs to one line: a network within another one, or the same one again, is refused, for it would leave open
// whose ports are meant. IPv4 networks are kept as the IPv6 networks that they are mapped to (::ffff:0:0/96), so one table
// serves both, and an IPv4 address is the same whichever way a program writes it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/base/faults.hpp>

namespace lsmith::programs {

/// A network, as a map that finds the longest prefix is asked. Written by programs: fixed widths, no padding.
struct network_key {
  std::uint32_t bits = 0;                      ///< of the prefix
  std::array<std::uint32_t, 4> address = {};   ///< in network order
  bool operator==(const network_key&) const = default;
};
static_assert(sizeof(network_key) == 20);

/// Four ranges of ports. A range whose first is behind its last holds none.
struct open_ports {
  std::uint16_t first_0 = 1, last_0 = 0;
  std::uint16_t first_1 = 1, last_1 = 0;
  std::uint16_t first_2 = 1, last_2 = 0;
  std::uint16_t first_3 = 1, last_3 = 0;
};
static_assert(sizeof(open_ports) == 16);

inline constexpr std::uint32_t most_networks = 1'000'000;

/// A table of networks, sorted by address: as many ports as keys.
struct egress_rules {
  std::vector<network_key> networks = {};
  std::vector<open_ports> ports = {};
};

/// Reads the rules from a file. Faults: those of the file; text_unexpected where a line is no rule, one too many, or about
/// addresses that another line is about, and where there is none at all. At most ten of them are told.
checked<egress_rules> read_egress_rules(const std::string& path);

}  // namespace lsmith::programs
