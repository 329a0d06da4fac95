// Needs CAP_SYS_RESOURCE, which a virtual machine gives. RLIMIT_MEMLOCK is raised for as long as any thread needs it, and is then what it was.
#include <doctest/doctest.h>

#include <sys/resource.h>

#include <array>
#include <atomic>
#include <thread>

#include <lsmith/loader/kernel/memory_limit.hpp>

namespace lsmith::tests {
namespace {

rlimit locked_memory() {
  rlimit now = {};
  REQUIRE(getrlimit(RLIMIT_MEMLOCK, &now) == 0);
  return now;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("memory limit: threads that raise it do not lower it for each other, and the last one restores it") {
  const rlimit before = locked_memory();
  const rlimit low = {1 << 16, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_MEMLOCK, &low) == 0);
  std::atomic<unsigned> too_low = 0;
  {
    std::array<std::jthread, 4> threads;
    for (std::jthread& one : threads)
      one = std::jthread([&] {
        for (int round = 0; round < 2000; ++round) {
          const loader::raised_memory_limit raised;
          rlimit now = {};
          if (!raised.is_raised() || getrlimit(RLIMIT_MEMLOCK, &now) != 0 || now.rlim_cur != RLIM_INFINITY) ++too_low;
        }
      });
  }
  CHECK(too_low == 0);
  CHECK(locked_memory().rlim_cur == low.rlim_cur);
  CHECK(locked_memory().rlim_max == low.rlim_max);
  REQUIRE(setrlimit(RLIMIT_MEMLOCK, &before) == 0);
}

TEST_SUITE_END();

}  // namespace lsmith::tests
