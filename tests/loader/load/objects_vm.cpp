// An object is enforced as a whole or not at all. If the kernel refuses any part of it, no program, map, link or descriptor of
// it is left, and what was enforced before stays enforced.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string_view>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/tests/harness/leftovers.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::isa;
using namespace lsmith::tests;

program written(std::string_view name, std::string_view hook, const std::function<void(assembler&)>& write) {
  assembler code;
  write(code);
  return make_program(name, hook, *std::move(code).finish());
}

program allowing(std::string_view name, std::string_view hook) {
  return written(name, hook, [](assembler& code) { code({mov(r0, 0), isa::exit()}); });
}

/// Denies sockets of the family that is in variable "family".
program denying(std::string_view name = "denies") {
  return written(name, "socket_create", [](assembler& code) {
    code({load(r1, mem64[r1 + argument("family")]), ld_imm64(r2, map_value("family", 0)), load(w2, mem32[r2 + 0]), mov(r0, 0),
          jne(w1, w2, +1), mov(r0, -EPERM), isa::exit()});
  });
}

/// An object with denying(), its map, and a second program.
object with_second(program second) {
  object whole;
  whole.programs.push_back(denying());
  whole.programs.push_back(std::move(second));
  whole.maps.push_back({.name = "family", .value_size = 4, .value = {{}, {{.size = 4}}}});
  REQUIRE(whole.set("family", AF_PACKET));
  return whole;
}

object valid() { return with_second(allowing("allows", "task_setnice")); }

/// Checks that enforcing fails with this cause and a sentence that contains `part`, and that nothing of the object is left.
void check_refused(const object& whole, cause why, std::string_view part) {
  const resources before = count_resources();
  {
    const auto refused = loader::enforce(whole);
    REQUIRE_FALSE(refused.has_value());
    INFO(to_string(refused.error()));
    CHECK(refused.error().why() == why);
    CHECK(to_string(refused.error()).find(part) != std::string::npos);
  }
  const std::string left = left_since(before);
  CHECK_MESSAGE(left.empty(), left);
}

const auto without_end = [](assembler& code) { code({mov(r0, 0)}); };

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("objects: if the second program does not load, the first is not enforced and nothing is left") {
  check_refused(with_second(written("endless", "task_setnice", without_end)), cause::program_rejected, "'endless'");
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("objects: if the second map cannot be created, no program is loaded and the first map is freed") {
  object whole = valid();
  whole.maps.push_back({.name = "odd", .key_size = 3});
  check_refused(whole, cause::map_refused, "'odd'");
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("objects: if the hook of the second program is full, the first is detached and nothing is left") {
  std::vector<loader::enforcement> all;
  object one;
  one.programs.push_back(allowing("allows", "task_setnice"));
  for (auto more = loader::enforce(one); more; more = loader::enforce(one)) all.push_back(std::move(*more));
  REQUIRE(all.size() > 30);
  check_refused(valid(), cause::too_many_programs, "'task_setnice'");
  CHECK(try_socket(AF_PACKET) == 0);
  all.pop_back();
  const auto room = require_enforced(valid());
  CHECK(try_socket(AF_PACKET) == EPERM);
}

TEST_CASE("objects: if a second version does not load, the first stays enforced until it is detached") {
  {
    const auto first = require_enforced(valid());
    object second = with_second(written("endless", "task_setnice", without_end));
    REQUIRE(second.set("family", AF_NETLINK));
    check_refused(second, cause::program_rejected, "'endless'");
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_NETLINK) == 0);
  }
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("objects: each load of an object has the values that its variables had when it was loaded") {
  object whole = valid();
  REQUIRE(whole.set("family", AF_NETLINK));
  const auto first = require_enforced(whole);
  CHECK(try_socket(AF_NETLINK) == EPERM);
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(to_string(faults(whole.set("famly", AF_PACKET).error())) == "the object has no constant 'famly'");
  CHECK(to_string(faults(whole.set("family", std::uint64_t{1} << 32).error())) ==
        "4294967296 does not fit family, which has 32 bits");
  const auto unchanged = require_enforced(whole);
  CHECK(try_socket(AF_PACKET) == 0);
  REQUIRE(whole.set("family", AF_PACKET));
  const auto second = require_enforced(whole);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_NETLINK) == EPERM);
}

TEST_SUITE_END();
