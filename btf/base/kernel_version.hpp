// Versions explain errors: distributions carry features back. Whether a kernel can do something is found out by asking it; the
// version only says which release brought it. One exception: what is known to crash a release is not tried on it
// (cause::kernel_fault).
#pragma once

#include <compare>
#include <cstdint>

#pragma GCC visibility push(default)
namespace lsmith {

/// A kernel release, as in 6.12. The stable release within it (6.12.3) is not stored.
struct kernel_version {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;

  constexpr auto operator<=>(const kernel_version&) const = default;
};

}  // namespace lsmith
#pragma GCC visibility pop
