#pragma once

#include <vector>

#include <lsmith/programs/policy/parts.hpp>

namespace lsmith::programs {

/// Policy deny-socket-family at the exact level, for programs that must enforce it as soon as possible after their start: it
/// is built without the kernel's types, and loading it needs only a few offsets from them.
/// Denies with EPERM the creation of sockets of these families (0 to 255, as in socket(2)). Sockets that the kernel creates
/// for itself are allowed, and open sockets stay usable. Repeated families count once. Faults: value_invalid for a number
/// outside the range, value_missing for an empty list.
checked<object> deny_socket_family(const std::vector<int>& families, const lean_choices& choices = {});

}  // namespace lsmith::programs
