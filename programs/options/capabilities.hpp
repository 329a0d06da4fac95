// Names of capabilities. Their numbers are part of the system call interface (include/uapi/linux/capability.h) and never change.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <lsmith/programs/options/option_values.hpp>

namespace lsmith::programs {

/// Every capability up to Linux 7.3: "CAP_CHOWN" and so on.
std::span<const named_number> capabilities();

/// A kernel has at most this many: a set of them is one 64-bit number.
inline constexpr std::uint64_t largest_capability = 63;

/// The name of a capability, or its number as text.
std::string capability_name(std::uint64_t number);

}  // namespace lsmith::programs
