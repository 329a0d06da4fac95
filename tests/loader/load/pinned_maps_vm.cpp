// Pinned maps: relative to an open directory, and reused by another load. Also the programs attached to a cgroup, and a policy
// whose process has dropped its capabilities.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

constexpr const char* directory = "/sys/fs/bpf/lsmith-test";
const std::string path = std::string(directory) + "/table";

/// A directory in the bpffs. The destructor removes it with everything in it.
struct pin_directory {
  pin_directory() { mkdir(directory, 0700); }
  ~pin_directory() {
    unlink(path.c_str());
    rmdir(directory);
  }
};

map table(std::uint32_t entries = 4) {
  return {.name = "table", .type = map_type::hash, .key_size = 4, .value_size = 8, .entries = entries};
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("pins: a path relative to an open directory works since 6.5, and is EINVAL before") {
  const pin_directory there;
  const auto opened = open_path(directory, O_RDONLY | O_DIRECTORY);
  REQUIRE(opened);
  const auto made = make_map(table());
  REQUIRE(made);
  const auto pinned = pin_below(*opened, *made, "table");
  if (running_kernel() < kernel_version{6, 5}) {
    REQUIRE_FALSE(pinned.has_value());
    CHECK(pinned.error().system_error == EINVAL);
    return;
  }
  REQUIRE(pinned);
  CHECK(access(path.c_str(), F_OK) == 0);
  const auto again = open_pin_below(*opened, "table");
  REQUIRE(again);
  CHECK(describe_map(*again)->id == describe_map(*made)->id);
  CHECK(open_pin_below(*opened, "other").error().system_error == ENOENT);
}

TEST_CASE("reuse: a pinned map is opened with its contents") {
  const pin_directory there;
  const map description = table();
  const live_map first{description, std::move(*make_map(description))};
  const std::uint32_t key = 7;
  const std::uint64_t value = 42;
  REQUIRE(write_element(first, &key, &value));
  REQUIRE(pin(first.descriptor, path.c_str()));
  const reused_map reused[] = {{"table", path}};
  const auto again = make_maps({&description, 1}, {}, reused);
  REQUIRE(again);
  CHECK(read_value<std::uint64_t>(again->front(), key).value_or(0) == 42);
  CHECK(describe_map(again->front().descriptor)->id == describe_map(first.descriptor)->id);
}

TEST_CASE("reuse: a map that differs from the description is refused, and the sentence says in what") {
  const pin_directory there;
  REQUIRE(pin(*make_map(table(4)), path.c_str()));
  const reused_map reused[] = {{"table", path}};
  const std::pair<map, std::string> rows[] = {
      {{.name = "table", .type = map_type::array, .key_size = 4, .value_size = 8, .entries = 4}, "another kind: 1 instead of 2"},
      {{.name = "table", .type = map_type::hash, .key_size = 8, .value_size = 8, .entries = 4},
       "another size of keys: 4 instead of 8"},
      {{.name = "table", .type = map_type::hash, .key_size = 4, .value_size = 4, .entries = 4},
       "another size of values: 8 instead of 4"},
      {table(8), "another number of entries: 4 instead of 8"},
      {{.name = "table",
        .type = map_type::hash,
        .key_size = 4,
        .value_size = 8,
        .entries = 4,
        .flags = abi::map_without_preallocation},
       "another set of flags: 0 instead of 1"},
  };
  for (const auto& [description, difference] : rows) {
    CAPTURE(difference);
    const auto differs = make_maps({&description, 1}, {}, reused);
    REQUIRE_FALSE(differs.has_value());
    CHECK(to_string(differs.error()) ==
          "the map pinned at '" + path + "' has " + difference + "; remove it, or pin the new one elsewhere");
  }
  const map description = table(4);
  const reused_map absent[] = {{"table", path + "x"}};
  CHECK(make_maps({&description, 1}, {}, absent).error().why() == cause::pin_failed);
  const reused_map unknown[] = {{"tabel", path}};
  CHECK(make_maps({&description, 1}, {}, unknown).error().why() == cause::unknown_map);
}

TEST_CASE("reuse: two enforced policies count into one map, which stays when the policy that created it ends") {
  using namespace isa;
  const auto counting = [](std::string_view hook) {
    assembler code;
    code({ld_imm64(r1, map_value("table", 0)), mov(r2, 1), atomic_add(mem64[r1 + 0], r2), mov(r0, 0), isa::exit()});
    object whole;
    whole.programs.push_back(make_program("counts", hook, *std::move(code).finish()));
    whole.maps.push_back({.name = "table", .value_size = 8});
    return whole;
  };
  const auto count = [](const enforcement& of) {
    return read_value<std::uint64_t>(*of.find_map("table"), std::uint32_t{0}).value_or(99);
  };
  const auto listen_once = [] {
    const int opened = socket(AF_INET, SOCK_STREAM, 0);
    listen(opened, 1);
    close(opened);
  };
  const pin_directory there;
  auto first = enforce(counting("socket_listen"));
  REQUIRE(first);
  REQUIRE(pin(first->find_map("table")->descriptor, path.c_str()));
  const auto second = enforce(counting("task_setnice"), {.reuse = {{"table", path}}});
  REQUIRE(second);
  listen_once();
  CHECK(count(*second) == 1);
  setpriority(PRIO_PROCESS, 0, 0);
  CHECK(count(*first) == 2);
  first = {};
  setpriority(PRIO_PROCESS, 0, 0);
  CHECK(count(*second) == 3);
}

TEST_CASE("cgroup query: reports the ids of the programs that are attached to a cgroup (6.0+)") {
  if (running_kernel() < kernel_version{6, 0}) {
    const auto root = open_path("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);
    std::uint32_t ids[4];
    CHECK(programs_of_cgroup(*root, ids).error().system_error == EINVAL);
    return;
  }
  using namespace isa;
  assembler code;
  code({mov(r0, 1), isa::exit()});
  object whole;
  whole.programs.push_back(make_program("allows", "socket_listen", *std::move(code).finish()));
  whole.programs[0].attach = attach_kind::lsm_cgroup;
  const tests::temporary_cgroup bound("lsmith-query");
  const auto opened = open_path(bound.path().c_str(), O_RDONLY | O_DIRECTORY);
  std::uint32_t ids[4] = {};
  CHECK(programs_of_cgroup(*opened, ids).value_or(99) == 0);
  const auto policy = enforce(whole, {.attach_cgroup = bound.path(), .despite_faults = true});
  REQUIRE(policy);
  CHECK(programs_of_cgroup(*opened, ids).value_or(99) == 1);
  CHECK(ids[0] == describe_program(policy->programs[0])->id);
}

TEST_CASE("privilege: an attached policy still denies after its process has dropped all capabilities") {
  CHECK(tests::in_child([] {
          using namespace isa;
          assembler code;
          code({load(r1, mem64[r1 + argument("family")]), mov(r0, 0), jne(w1, AF_PACKET, +1), mov(r0, -EPERM), isa::exit()});
          object whole;
          whole.programs.push_back(make_program("denies", "socket_create", *std::move(code).finish()));
          const auto policy = enforce(whole);
          if (!policy || !keep_only({})) return 1;
          if (effective_capabilities() != 0) return 2;
          if (enforce(whole)) return 3;
          return tests::try_socket(AF_PACKET) == EPERM && tests::try_socket(AF_INET) == 0 ? 0 : 4;
        }) == 0);
}

TEST_SUITE_END();
