#pragma once

#include <vector>

#include <lsmith/programs/parts.hpp>

namespace lsmith::programs {

/// Refuses to create sockets of the given families (0 to 255, as in socket(2)) with EPERM. Sockets that the kernel
/// creates for itself are left alone. Sockets that are already open stay usable. A family named twice counts once; a
/// number outside the range, or no family at all, is a fault (value_invalid, value_missing).
checked<object> deny_socket_family(const std::vector<int>& families, const common_choices& choices = {});

/// What its events say.
const event_description& socket_family_events();

}  // namespace lsmith::programs
