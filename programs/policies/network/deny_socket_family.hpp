#pragma once

#include <vector>

#include <lsmith/programs/policy/parts.hpp>

namespace lsmith::programs {

/// A socket that reaches a family although it is created with another one. AF_SMC is TCP under another name: if the other side
/// does not speak SMC, the connection is one of TCP (net/smc/af_smc.c). Since Linux 6.11 it is also a protocol of AF_INET and
/// AF_INET6.
struct socket_alias {
  int family, protocol;
  int reaches;
};
inline constexpr socket_alias socket_aliases[] = {
    {43, 0, 2},    // AF_SMC with SMCPROTO_SMC: AF_INET
    {43, 1, 10},   // AF_SMC with SMCPROTO_SMC6: AF_INET6
    {2, 256, 43},  // AF_INET with IPPROTO_SMC: AF_SMC
    {10, 256, 43},
};

/// Policy deny-socket-family at the exact level, for programs that must enforce it as soon as possible after their start: it
/// is built without the kernel's types, and loading it needs only a few offsets from them.
/// Denies with EPERM the creation of sockets of these families (0 to 255, as in socket(2)). Sockets that the kernel creates
/// for itself are allowed, and open sockets stay usable. A socket that reaches one of the families (socket_aliases) is denied
/// too. Repeated families count once. Faults: value_invalid for a number outside the range, value_missing for an empty list.
checked<object> deny_socket_family(const std::vector<int>& families, const lean_choices& choices = {});

}  // namespace lsmith::programs
