// Socket addresses for tests of network policies.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace lsmith::tests {

/// Brings the loopback interface up, so that 127.0.0.0/8 and ::1 can be reached. Needs CAP_NET_ADMIN.
void raise_loopback();

/// Socket addresses from text; `port` in host byte order.
sockaddr_in ipv4(const char* address, std::uint16_t port, sa_family_t family = AF_INET);
sockaddr_in6 ipv6(const char* address, std::uint16_t port);

/// The address as system calls take it. Valid as long as `address`.
template <class Address>
const sockaddr* general(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// The errno if a policy denied the system call (EPERM or EACCES), else 0: other errors come from the network.
inline int past_policy(long result) { return result < 0 && (errno == EPERM || errno == EACCES) ? errno : 0; }

}  // namespace lsmith::tests
