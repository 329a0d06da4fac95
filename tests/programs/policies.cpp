#include <doctest/doctest.h>

#include <lsmith/programs/policies/deny_socket_family.hpp>
#include <lsmith/programs/policies/mprotect_audit.hpp>

using namespace lsmith;
using namespace lsmith::programs;

TEST_CASE("deny-socket-family: one family, the whole machine and no events take at most 12 instructions") {
  const auto policy = deny_socket_family({38}, {.events = event_channel::none});
  REQUIRE(policy);
  REQUIRE(policy->programs.size() == 1);
  CHECK(policy->programs[0].code.size() <= 12);
  CHECK(policy->maps.empty());
}

TEST_CASE("deny-socket-family: a family named twice counts once; none, or a number that is none, is a fault") {
  CHECK(deny_socket_family({38, 38, 40, 38})->programs[0].code == deny_socket_family({40, 38})->programs[0].code);
  REQUIRE_FALSE(deny_socket_family({}));
  CHECK(deny_socket_family({}).error()[0].why == cause::value_missing);
  const auto wrong = deny_socket_family({-1, 38, 256});
  REQUIRE_FALSE(wrong);
  CHECK(to_string(wrong.error()) == "'-1' is no value for --family: it takes 0 to 255\n'256' is no value for --family: it takes 0 to 255");
}

TEST_CASE("every policy with every choice is a sound object") {
  for (const scope who : {scope::system, scope::cgroup, scope::uid, scope::pid})
    for (const event_channel through : {event_channel::none, event_channel::ring_buffer, event_channel::perf_buffer})
      for (const auto& policy : {deny_socket_family({38, 40, 255}, {who, through}), mprotect_audit({who, through})}) {
        REQUIRE(policy);
        CHECK(check(*policy).empty());
      }
}

TEST_CASE("every instruction of a policy has its line, in the policy or in the parts that it shares") {
  const auto policy = mprotect_audit();
  REQUIRE(policy);
  const program& one = policy->programs[0];
  REQUIRE_FALSE(one.lines.empty());
  CHECK(one.lines[0].slot == 0);
  bool own = false;
  for (const source_line& line : one.lines) {
    const std::string_view file = line.where.file;
    const bool in_policy = file.ends_with("mprotect_audit.cpp");
    CHECK((in_policy || file.ends_with("parts.cpp")));
    own = own || in_policy;
  }
  CHECK(own);
}
