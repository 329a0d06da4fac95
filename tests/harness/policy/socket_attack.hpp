// What attacks on network policies share: the result of a call as attack.hpp takes it, and a socket for one call.
#pragma once

#include <sys/socket.h>

#include <cerrno>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/process/network.hpp>

namespace lsmith::tests {

/// 0 if the call succeeded; not_possible for a family, protocol or operation that the kernel lacks; else the errno.
inline int tried(long result) {
  if (result >= 0) return 0;
  const int number = errno;
  for (const int lacks : {EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, ENOSYS, ENOPROTOOPT, EOPNOTSUPP})
    if (number == lacks) return not_possible;
  return number;
}

/// The same for io_uring and calls of 32-bit programs, which return a negative errno; -EINVAL if the kernel lacks the operation.
inline int tried_by_number(long result) {
  errno = static_cast<int>(-result);
  return result == -EINVAL ? not_possible : tried(result < 0 ? -1 : 0);
}

/// The same for socket(2), also if the family's module is missing: the policy is asked before the kernel looks for it.
inline int tried_socket(int family, int type, int protocol = 0) {
  const fd opened(socket(family, type, protocol));
  return past_policy(opened.get());
}

/// Runs `use` with a new socket.
template <class Use>
int with_socket(int family, int type, int protocol, const Use& use) {
  const fd opened(socket(family, type, protocol));
  return opened.get() < 0 ? tried(-1) : use(opened.get());
}

template <class Address>
int send_to(int family, int type, int protocol, const Address& to, int flags = 0) {
  return with_socket(family, type, protocol, [&](int by) { return tried(sendto(by, "x", 1, flags, general(to), sizeof to)); });
}
template <class Address>
int connect_to(int family, int type, int protocol, const Address& to) {
  return with_socket(family, type, protocol, [&](int by) { return tried(connect(by, general(to), sizeof to)); });
}

/// Moves a byte out of a socket or into it, without a call of recvmsg(2) or sendmsg(2).
int splice_out_of(int socket);
int splice_into(int socket);
int send_file_into(int socket);

/// The same address with family AF_UNSPEC.
template <class Address>
Address without_family(Address of) {
  reinterpret_cast<sockaddr&>(of).sa_family = AF_UNSPEC;
  return of;
}

/// Attaches a filter of classic BPF, which accepts nothing, to a new socket: 0 or the errno.
int attach_classic_filter();

}  // namespace lsmith::tests
