#include <doctest/doctest.h>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>
#include <lsmith/programs/policy/description.hpp>

using namespace lsmith;
using namespace lsmith::programs;

namespace {

description sample() {
  return {.policy = "deny-socket-family",
          .options = {"--cgroup=/sys/fs/cgroup/a\nb\\c", "--family=AF_ALG"},
          .binds = "the processes in /sys/fs/cgroup/a\nb\\c",
          .programs = {{"socket_family", "socket_create"}},
          .object = 0xfedcba9876543210,
          .cgroup = 4711,
          .since = 1790000000,
          .version = "0.1.0",
          .rules = {{"deny-socket-family", "socket_create", "new-socket",
                     {{"family", value_form::socket_family}, {"type"}, {"protocol"}}, "file name"}}};
}

}  // namespace

TEST_CASE("description: what is written is read back, whatever characters an option contains") {
  const auto read = parse_description(to_text(sample()));
  REQUIRE(read);
  CHECK(same_policy(*read, sample()));
  CHECK(read->binds == sample().binds);
  CHECK(read->since == 1790000000);
  CHECK(read->version == "0.1.0");
  REQUIRE(read->programs.size() == 1);
  CHECK(read->programs[0].hook == "socket_create");
  CHECK(read->rules == sample().rules);
  CHECK(read->option("--family") == "AF_ALG");
  CHECK_FALSE(read->option("--uid"));
}

TEST_CASE("description: lines that a later lsmith adds are skipped, and any other text is rejected") {
  const auto read = parse_description(to_text(sample()) + "colour green\n");
  REQUIRE(read);
  CHECK(same_policy(*read, sample()));
  for (const char* text : {"", "hello", "lsmith pinned policy 1\n"}) CHECK_FALSE(parse_description(text));
}

TEST_CASE("fingerprint: depends on code, maps and constants, and not on source lines") {
  const auto of = [](const checked<object>& made) { return fingerprint(*made); };
  const auto plain = of(deny_socket_family({38}));
  CHECK(of(deny_socket_family({38})) == plain);
  CHECK(of(deny_socket_family({40})) != plain);
  CHECK(of(deny_socket_family({38}, {.events = event_channel::none})) != plain);
  auto dry = deny_socket_family({38});
  REQUIRE(dry->set(reserved::denial, 0));
  CHECK(fingerprint(*dry) != plain);
  const auto exempt = [&](std::string_view cgroup) {
    auto made = deny_socket_family({38});
    made->maps.push_back({.name = "except_cgroups", .type = map_type::cgroup_array, .value_size = 4, .slots = {{0, std::string(cgroup)}}});
    return fingerprint(*made);
  };
  CHECK(exempt("/sys/fs/cgroup/a") != exempt("/sys/fs/cgroup/b"));
  auto moved = deny_socket_family({38});
  moved->programs[0].lines.change([](source_line& line) { ++line.where.line; });
  CHECK(fingerprint(*moved) == plain);
}

TEST_CASE("reload: a new value replaces that of the same option, a scope replaces any scope, and --enforce removes --dry-run") {
  using cli::change_words;
  const std::vector<std::string> before{"--dry-run", "--family=AF_ALG", "--system"};
  CHECK(change_words(before, {}) == before);
  CHECK(change_words(before, {"--family", "AF_VSOCK"}) == std::vector<std::string>{"--dry-run", "--system", "--family", "AF_VSOCK"});
  CHECK(change_words(before, {"--uid=7"}) == std::vector<std::string>{"--dry-run", "--family=AF_ALG", "--uid=7"});
  CHECK(change_words(before, {"--enforce"}) == std::vector<std::string>{"--family=AF_ALG", "--system"});
}
