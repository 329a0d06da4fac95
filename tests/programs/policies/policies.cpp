#include <doctest/doctest.h>

#include <lsmith/programs/policies/network/deny_socket_family.hpp>

using namespace lsmith;
using namespace lsmith::programs;

TEST_CASE("deny-socket-family: for one family, the whole machine and no events it has at most 12 instructions") {
  const auto policy = deny_socket_family({38}, {.events = event_channel::none});
  REQUIRE(policy);
  REQUIRE(policy->programs.size() == 1);
  CHECK(policy->programs[0].code.size() <= 12);
  CHECK(policy->maps.empty());
}

TEST_CASE("deny-socket-family: a repeated family counts once; an empty list and a number out of range are faults") {
  CHECK(deny_socket_family({38, 38, 40, 38})->programs[0].code == deny_socket_family({40, 38})->programs[0].code);
  REQUIRE_FALSE(deny_socket_family({}));
  CHECK(deny_socket_family({}).error()[0].why == cause::value_missing);
  const auto wrong = deny_socket_family({-1, 38, 256});
  REQUIRE_FALSE(wrong);
  CHECK(to_string(wrong.error()) ==
        "'-1' is no value for --family: it takes 0 to 255\n'256' is no value for --family: it takes 0 to 255");
}

TEST_CASE("deny-socket-family: with every choice it is a valid object, and every instruction has a source line") {
  for (const scope& who : {scope::system(), scope::cgroup("/sys/fs/cgroup"), scope::uid(33), scope::pid(1)})
    for (const event_channel through : {event_channel::none, event_channel::ring_buffer, event_channel::perf_buffer}) {
      const auto policy = deny_socket_family({38, 40, 255}, {who, through});
      REQUIRE(policy);
      CHECK(check(*policy).empty());
      const program& one = policy->programs[0];
      REQUIRE_FALSE(one.lines.empty());
      CHECK(one.lines.front().slot == 0);
      for (const source_line& line : one.lines) {
        const std::string_view file = line.where.file;
        CAPTURE(std::string(file));
        CHECK((file.ends_with("deny_socket_family_lean.cpp") || file.ends_with("parts.cpp") || file.ends_with("scope.cpp")));
      }
    }
}
