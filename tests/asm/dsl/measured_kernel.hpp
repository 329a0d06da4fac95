// The running kernel among the kernels on which the tables of asm/dsl/graph/ are measured.
#pragma once

#include <iterator>

#include <lsmith/asm/dsl/graph/kernel_set.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>

namespace lsmith::tests {

/// The newest measured kernel that is not newer than the running one. So a new kernel in the test ring is compared with the last
/// one before it; where it differs, measure it and give it a bit of its own.
inline dsl::kernel_set measured_kernel() {
  using namespace dsl::measured;
  struct row {
    loader::kernel_version since;
    dsl::kernel_set as;
  };
  constexpr row rows[] = {{{7, 3}, v7_3}, {{6, 18}, v6_18}, {{6, 12}, v6_12}, {{6, 1}, v6_1}};
  for (const row& one : rows)
    if (loader::running_kernel() >= one.since) return one.as;
  return v5_10;
}

}  // namespace lsmith::tests
