// Internet addresses, compared with networks in text form: "10.0.0.0/8", "2001:db8::/32", or a single address. The text is
// parsed when the policy is built, so an error in it is a fault at its line.
#pragma once

#include <lsmith/asm/dsl/values/value.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// An IPv4 or IPv6 address in kernel memory.
class address {
 public:
  /// `of` is a struct in_addr, a struct in6_addr, or a 32-bit number in network byte order (such as "skc_daddr" of a socket).
  /// Fault: value_unfit.
  explicit address(const value& of);

  /// Whether the address is in the network. Faults: network_invalid; network_tail, if bits are set after the prefix;
  /// network_family, if one is IPv4 and the other IPv6.
  condition in(const name& network) const;

 private:
  value of_;
  std::uint32_t size_;
};

/// The address in a struct sockaddr, as a hook's argument points to it, of either family. An address of another family is in
/// no network.
class socket_address {
 public:
  /// Fault: value_unfit, if `sockaddr` is not a pointer to a struct sockaddr.
  explicit socket_address(const value& sockaddr);

  /// The address family, such as AF_INET.
  value family() const;
  /// The port, in host byte order. Read without a test of the family, so test family() first.
  value port() const;
  /// Whether the address is in the network and of its family. An IPv4 network also contains its addresses in IPv6 form
  /// (::ffff:10.0.0.1), because they reach the same host. Faults: network_invalid, network_tail.
  condition in(const name& network) const;

 private:
  value sockaddr_;
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
