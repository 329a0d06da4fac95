#include <lsmith/tests/harness/process/running_kernel.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <lsmith/loader/kernel_btf/kernel_types.hpp>

namespace lsmith::tests {

const btf::types& running_types() {
  static const auto types = loader::read_types();
  REQUIRE(types);
  return *types;
}

void allow_locked_memory() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

}  // namespace lsmith::tests
