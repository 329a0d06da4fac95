// The same as foreign_text.cpp for what a running kernel shows: source lines of loaded programs, and paths of cgroups.
#include <doctest/doctest.h>

#include <string>

#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace lsmith::tests {
namespace {

bool is_clean(const std::string& text) {
  return text.find('\x1b') == text.npos && text.find('\r') == text.npos && text.find("\n  r0 = 7") == text.npos;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("foreign text: a source line that holds a newline and an instruction is shown as one line by disasm --id") {
  const auto whole =
      isa::text::parse(".license \"GPL\"\n.program quiet, file_open\n  r0 = 0\n  exit\n", "evil\n  r0 = 7\x1b[2J.s");
  REQUIRE(whole);
  const auto live = loader::load(*whole);
  REQUIRE_MESSAGE(live, to_string(live.error()));
  const auto info = loader::describe_program(live->programs[0]);
  REQUIRE(info);
  const outcome said = lsmith_says({"disasm", "--id", std::to_string(info->id)});
  CAPTURE(said.out);
  CHECK(said.status == 0);
  CHECK(contains(said.out, "; evil?  r0 = 7?[2J.s:3: r0 = 0"));
  CHECK(is_clean(said.out));
}

TEST_CASE("foreign text: the path of a cgroup cannot move the cursor in what run, status and list say") {
  const temporary_cgroup cgroup("lsmith\x1b[2J  r0 = 7");  // the kernel refuses names with a newline
  const pinned_web web(
      std::vector<std::string>{"run", "deny-socket-family", "--family", "17", "--cgroup", cgroup.path(), "--pin", "web"});
  CAPTURE(web.said.err);
  CHECK(web.said.status == 0);
  CHECK(is_clean(web.said.err));
  for (const char* verb : {"status", "list"}) {
    const outcome said = verb == std::string("status") ? lsmith_says({"status", "web"}) : lsmith_says({"list"});
    CAPTURE(said.out);
    CHECK(is_clean(said.out));
    CHECK(contains(said.out, "lsmith?[2J  r0 = 7"));
  }
}

TEST_SUITE_END();

}  // namespace lsmith::tests
