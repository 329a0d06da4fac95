// Compares the tables of hooks with the kernel, hook by hook and in both directions: which hooks it has, for which programs can be
// loaded, which of these can sleep, and what each returns by default.
#include <doctest/doctest.h>

#include <string>

#include <lsmith/asm/dsl/graph/hook_retval.hpp>
#include <lsmith/asm/dsl/graph/hook_table.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/probe/probe.hpp>
#include <lsmith/tests/asm/dsl/measured_kernel.hpp>
#include <lsmith/tests/harness/process/kernel_memory.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

bool returns_nothing(const btf::hook& one) { return running_types().at(one.proto)->target() == btf::type_id::none; }

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: the table of hooks has every hook of the kernel, and no other") {
  const dsl::kernel_set now = measured_kernel();
  std::size_t found = 0;
  for (const btf::hook& one : btf::hooks(running_types())) {
    CAPTURE(std::string(one.name));
    const dsl::hook_facts* facts = dsl::find_hook_facts(one.name);
    REQUIRE(facts != nullptr);
    CHECK((facts->has & now) != 0);
    ++found;
  }
  for (const dsl::hook_facts& facts : dsl::all_hooks()) {
    CAPTURE(std::string(facts.name));
    CHECK(btf::find_hook(running_types(), facts.name).has_value() == ((facts.has & now) != 0));
  }
  CHECK(found > 230);
}

TEST_CASE("dsl: programs, and sleepable ones, can be loaded for exactly those hooks that the table says") {
  allow_locked_memory();
  const dsl::kernel_set now = measured_kernel();
  for (const btf::hook& one : btf::hooks(running_types())) {
    CAPTURE(std::string(one.name));
    const dsl::hook_facts* facts = dsl::find_hook_facts(one.name);
    const auto able = loader::probe_hook(static_cast<std::uint32_t>(one.id));
    REQUIRE(facts != nullptr);
    REQUIRE(able);
    CHECK(able->loadable == ((facts->loads & now) != 0));
    CHECK(able->sleepable == ((facts->sleeps & now) != 0));
  }
}

TEST_CASE("dsl: every hook returns by default what the table says: the number in the code of its function") {
  const kernel_memory memory;
  const dsl::kernel_set now = measured_kernel();
  int others = 0;
  for (const btf::hook& one : btf::hooks(running_types())) {
    if (returns_nothing(one)) continue;
    CAPTURE(std::string(one.name));
    const auto number = memory.constant_returned_by(std::string(btf::hook_prefix).append(one.name));
    REQUIRE(number.has_value());
    CHECK(*number == dsl::default_retval_of(one.name, now));
    others += *number != 0;
  }
  CHECK(others >= 11);
  for (const dsl::default_retval& each : dsl::default_retvals) {
    CAPTURE(std::string(each.hook));
    if (each.kernels & now) CHECK(btf::find_hook(running_types(), each.hook).has_value());
  }
}
TEST_SUITE_END();
