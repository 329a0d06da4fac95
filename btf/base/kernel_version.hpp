// Versions explain, they never decide: distributions carry features back. Whether a kernel can do something is found out by
// asking it; the version only says which release brought it.
#pragma once

#include <compare>
#include <cstdint>

#pragma GCC visibility push(default)
namespace lsmith {

/// A kernel release, as in 6.12.
struct kernel_version {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;

  constexpr auto operator<=>(const kernel_version&) const = default;
};

}  // namespace lsmith
#pragma GCC visibility pop
