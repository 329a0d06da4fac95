// Addresses of the Internet, compared with networks as people write them: "10.0.0.0/8", "2001:db8::/32", or one address
// alone. The text is read when the policy is built, so what is wrong with it is a fault at its line.
#pragma once

#include <lsmith/asm/dsl/values/value.hpp>

namespace lsmith::dsl {

/// An IPv4 or IPv6 address somewhere in the kernel's memory.
class address {
 public:
  /// A struct in_addr, a struct in6_addr, or a 32-bit number in network order (as "skc_daddr" of a socket). Fault: value_unfit.
  explicit address(const value& of);

  /// Whether it lies in the network. Faults: network_invalid; network_tail, when bits are set behind the prefix;
  /// network_family, when one is IPv4 and the other IPv6.
  condition in(const name& network) const;

 private:
  value of_;
  std::uint32_t size_;
};

/// What a struct sockaddr pointer of a hook points to: where to, in either family. What is of no family of the Internet is
/// in no network and has port 0.
class socket_address {
 public:
  /// Fault: value_unfit, for what is no pointer to a struct sockaddr.
  explicit socket_address(const value& sockaddr);

  value family() const;
  /// As the host counts it.
  value port() const;
  /// Whether it lies in the network, and its family is the network's. An IPv4 network also holds its addresses as IPv6
  /// writes them (::ffff:10.0.0.1): they lead to the same place. Faults as of address::in.
  condition in(const name& network) const;

 private:
  value sockaddr_;
};

}  // namespace lsmith::dsl
