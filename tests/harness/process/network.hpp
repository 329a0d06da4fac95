// Socket addresses, and calls with them, for tests of network policies.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include <lsmith/btf/base/fd.hpp>

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

/// Gives the loopback interface this IPv6 address too. Needs CAP_NET_ADMIN.
void add_to_loopback(const char* ipv6_address);

/// The errno if a policy denied the system call (EPERM or EACCES), else 0: other errors come from the network.
inline int past_policy(long result) { return result < 0 && (errno == EPERM || errno == EACCES) ? errno : 0; }

/// Connects or sends with a new socket; the errno of a denial, or of socket(2).
template <class Address>
int try_connect(int family, int type, const Address& to, int protocol = 0) {
  const fd opened(socket(family, type | SOCK_NONBLOCK, protocol));
  return opened.get() < 0 ? errno : past_policy(connect(opened.get(), general(to), sizeof to));
}
template <class Address>
int try_send(int family, int type, const Address& to, int flags = 0, int protocol = 0) {
  const fd opened(socket(family, type | SOCK_NONBLOCK, protocol));
  return opened.get() < 0 ? errno : past_policy(sendto(opened.get(), "x", 1, flags, general(to), sizeof to));
}

/// A file with rules of allow-egress or allow-ingress, removed when this goes out of scope.
struct rules_file {
  std::string path = "/tmp/lsmith-rules";
  explicit rules_file(const std::string& content) { write(content); }
  ~rules_file();
  rules_file(const rules_file&) = delete;
  rules_file& operator=(const rules_file&) = delete;
  void write(const std::string& content) const;
};

}  // namespace lsmith::tests
