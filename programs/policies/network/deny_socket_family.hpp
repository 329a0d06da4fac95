#pragma once

#include <vector>

#include <lsmith/programs/policy/parts.hpp>

namespace lsmith::programs {

/// Policy deny-socket-family for programs that must be in force a moment after their start: written instruction by
/// instruction, it needs no types of the kernel to be made, and a few numbers of them to be loaded.
/// Refuses to create sockets of the given families (0 to 255, as in socket(2)) with EPERM. Sockets that the kernel
/// creates for itself are left alone. Sockets that are already open stay usable. A family named twice counts once; a
/// number outside the range, or no family at all, is a fault (value_invalid, value_missing).
checked<object> deny_socket_family(const std::vector<int>& families, const lean_choices& choices = {});

}  // namespace lsmith::programs
