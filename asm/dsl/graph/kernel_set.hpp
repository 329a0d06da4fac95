// What a kernel's BTF does not tell about its hooks is kept in tables, measured on the kernels of the test ring. A kernel between
// two of them can be like either, because distributions backport changes. A test compares each table with each kernel of the
// ring: the table has every entry that the kernel has, and no other.
#pragma once

#include <cstdint>

namespace lsmith::dsl {

/// A set of the measured kernels, as bits.
using kernel_set = std::uint8_t;

namespace measured {

inline constexpr kernel_set v5_10 = 1, v6_1 = 2, v6_12 = 4, v6_18 = 8, v7_3 = 16;

inline constexpr kernel_set none = 0;
inline constexpr kernel_set since_6_18 = v6_18 | v7_3;
inline constexpr kernel_set since_6_12 = v6_12 | since_6_18;
inline constexpr kernel_set since_6_1 = v6_1 | since_6_12;
inline constexpr kernel_set all = v5_10 | since_6_1;

}  // namespace measured
}  // namespace lsmith::dsl
