// What each kernel of the ring allows for its hooks. The counts were measured on the distribution's kernels. A kernel of
// another version is only compared with the smallest counts.
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/probe/probe.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

struct counts {
  kernel_version release;
  int named, loadable, sleepable, cgroup, ranged, boolean;  // named: functions bpf_lsm_*, hooks or not
};

constexpr counts measured[] = {
    {{5, 10}, 236, 231, 1, 0, 0, 0},
    {{6, 1}, 248, 232, 70, 232, 0, 0},
    {{6, 12}, 276, 257, 83, 257, 201, 3},
    {{6, 18}, 279, 260, 86, 260, 204, 3},
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("probe: the counts of each kernel are those that were measured") {
  const auto kernel = read_types();
  REQUIRE(kernel);
  counts found{running_kernel(), 0, 0, 0, 0, 0, 0};
  found.named = static_cast<int>(kernel->find_starting({btf::hook_prefix}, btf::kinds(btf::kind::func)).size());
  for (const btf::hook& one : btf::hooks(*kernel)) {
    const auto can = probe_hook(static_cast<std::uint32_t>(one.id));
    REQUIRE(can);
    found.loadable += can->loadable;
    found.sleepable += can->sleepable;
    found.cgroup += can->cgroup;
    found.ranged += can->retval == retval_range{-4095, 0};
    found.boolean += can->retval == retval_range{0, 1};
    CHECK((can->loadable || !can->sleepable));
  }
  MESSAGE(to_string(found.release) << ": " << found.loadable << " loadable, " << found.sleepable << " sleepable");
  CHECK(found.loadable >= 231);
  CHECK(static_cast<int>(btf::hooks(*kernel).size()) >= found.loadable);
  CHECK(static_cast<int>(btf::hooks(*kernel).size()) < found.named);
  for (const counts& known : measured) {
    if (known.release != found.release) continue;
    CHECK(found.named == known.named);
    CHECK(found.loadable == known.loadable);
    CHECK(found.sleepable == known.sleepable);
    CHECK(found.cgroup == known.cgroup);
    CHECK(found.ranged == known.ranged);
    CHECK(found.boolean == known.boolean);
  }
}

TEST_CASE("hooks --probe: prints what the kernel allows for each hook, as text and as JSON") {
  std::ostringstream text, json, err;
  REQUIRE(cli::run_command({"hooks", "--probe"}, {text, err}) == 0);
  REQUIRE(cli::run_command({"hooks", "--probe", "--json"}, {json, err}) == 0);
  CHECK(err.str() == "");
  const auto count = [](const std::string& in, std::string_view part) {
    int found = 0;
    for (std::size_t at = in.find(part); at != std::string::npos; at = in.find(part, at + 1)) ++found;
    return found;
  };
  for (const counts& known : measured) {
    if (known.release != running_kernel()) continue;
    CHECK(count(text.str(), "  load  ") == known.loadable);
    CHECK(count(text.str(), "  sleep  ") == known.sleepable);
    CHECK(count(text.str(), "  cgroup  ") == known.cgroup);
    CHECK(count(text.str(), " -4095..0 ") == known.ranged);
    CHECK(count(json.str(), "\"loadable\":true") == known.loadable);
    CHECK(count(json.str(), "\"sleepable\":true") == known.sleepable);
    CHECK(count(json.str(), "\"retval\":\"0..1\"") == known.boolean);
  }
  CHECK(count(text.str(), "\n") == static_cast<int>(btf::hooks(*read_types()).size()));
}

TEST_SUITE_END();
