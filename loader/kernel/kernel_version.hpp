// Versions explain, they never decide: distributions carry features back. Abilities come from asking the kernel; the
// version only says which release to look for when it answered no.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace lsmith::loader {

/// A kernel release, as in 6.12.
struct kernel_version {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;

  constexpr auto operator<=>(const kernel_version&) const = default;
};

/// The release that uname(2) names.
kernel_version running_kernel();

/// "6.12"
std::string to_string(kernel_version version);

}  // namespace lsmith::loader
