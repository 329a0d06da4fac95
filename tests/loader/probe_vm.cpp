// What each kernel of the ring allows for its hooks. The counts were measured on the distribution's kernels; a kernel of
// another release is held to what all have in common.
#include <doctest/doctest.h>

#include <lsmith/btf/hooks.hpp>
#include <lsmith/loader/kernel_types.hpp>
#include <lsmith/loader/kernel_version.hpp>
#include <lsmith/loader/probe.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

struct counts {
  kernel_version release;
  int loadable, sleepable, cgroup, ranged, boolean;
};

constexpr counts measured[] = {
    {{5, 10}, 231, 1, 0, 0, 0},
    {{6, 1}, 232, 70, 232, 0, 0},
    {{6, 12}, 257, 83, 257, 201, 3},
    {{6, 18}, 260, 86, 260, 204, 3},
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("probe: each kernel allows as much as it is known to") {
  const auto kernel = read_types();
  REQUIRE(kernel);
  counts found{running_kernel(), 0, 0, 0, 0, 0};
  for (const btf::hook& one : btf::hooks(*kernel)) {
    const auto can = probe_hook(static_cast<std::uint32_t>(one.id));
    REQUIRE(can);
    found.loadable += can->loadable;
    found.sleepable += can->sleepable;
    found.cgroup += can->cgroup;
    found.ranged += can->answers == answer_range{-4095, 0};
    found.boolean += can->answers == answer_range{0, 1};
    CHECK((can->loadable || !can->sleepable));
  }
  MESSAGE(to_string(found.release) << ": " << found.loadable << " loadable, " << found.sleepable << " sleepable");
  CHECK(found.loadable >= 231);
  for (const counts& known : measured) {
    if (known.release != found.release) continue;
    CHECK(found.loadable == known.loadable);
    CHECK(found.sleepable == known.sleepable);
    CHECK(found.cgroup == known.cgroup);
    CHECK(found.ranged == known.ranged);
    CHECK(found.boolean == known.boolean);
  }
}

TEST_SUITE_END();
