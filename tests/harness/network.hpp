// Addresses, and what processes try with them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace lsmith::tests {

/// The loopback interface answers for 127.0.0.0/8 and ::1 once it is up.
void raise_loopback();

sockaddr_in ipv4(const char* address, std::uint16_t port, sa_family_t family = AF_INET);
sockaddr_in6 ipv6(const char* address, std::uint16_t port);

template <class Address>
const sockaddr* general(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// 0 where the system call got past the policy, whatever the network said then.
inline int past_policy(long result) { return result < 0 && (errno == EPERM || errno == EACCES) ? errno : 0; }

}  // namespace lsmith::tests
