// A policy that somebody has written, as a text or an object file, through all verbs that take a policy.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

std::string denying(int family) {
  return ".constant denial, -1\n"
         ".program deny_family, socket_create\n"
         "  r6 = *(u64 *)(r1 + argument(family))\n"
         "  if w6 == " +
         std::to_string(family) +
         " goto deny\n"
         "  w0 = 0\n"
         "  exit\n"
         "deny:\n"
         "  r0 = constant(denial)\n"
         "  exit\n";
}

struct text_file {
  temporary_directory directory = {};
  std::string path = directory / "policy.s";
  explicit text_file(const std::string& text) { write(text); }
  void write(const std::string& text) const { std::ofstream(path) << text; }
};

constexpr const char* with_scope =
    ".constant scope_uid, 0\n"
    ".scope uid, 0\n"
    ".program deny_packet, socket_create\n"
    "  r6 = *(u64 *)(r1 + argument(family))\n"
    "  if w6 != 17 goto pass\n"
    "  call bpf_get_current_uid_gid\n"
    "  if w0 != constant(scope_uid) goto pass\n"
    "  r0 = -1\n"
    "  exit\n"
    "pass:\n"
    "  w0 = 0\n"
    "  exit\n";

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("run: a text is enforced until the command ends, and an object file of it likewise") {
  const text_file text(denying(AF_PACKET));
  const std::string object = text.directory / "policy.o";
  REQUIRE(lsmith_says({"asm", text.path, "-o", object}).status == 0);
  for (const std::string& policy : {text.path, object}) {
    CAPTURE(policy);
    process run(command_line({"run", policy, "--system"}));
    REQUIRE(run.wait_for("binds every process of this machine"));
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_UNIX) == 0);
    run.signal(SIGTERM);
    CHECK(run.finish() == 0);
    CHECK(try_socket(AF_PACKET) == 0);
  }
}

TEST_CASE("run --pin: a text is operated as a ready-made policy is, and reload reads it again") {
  const text_file text(denying(AF_PACKET));
  const pinned_web web({"run", text.path, "--system", "--pin", "web"});
  REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
  CHECK(try_socket(AF_PACKET) == EPERM);
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 0);
  CHECK(contains(status.out, text.path));
  CHECK(contains(lsmith_says({"list"}).out, "deny_family"));
  CHECK(contains(lsmith_says({"run", text.path, "--system", "--pin", "web"}).err, "already"));
  text.write(denying(AF_KEY));
  CHECK(lsmith_says({"reload", "web"}).status == 0);
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(try_socket(AF_KEY) == EPERM);
  text.write("nonsense\n");
  CHECK(lsmith_says({"reload", "web"}).status == 1);
  CHECK(try_socket(AF_KEY) == EPERM);
  CHECK(lsmith_says({"watch", "web", "--for", "0s"}).status == 1);
  CHECK(lsmith_says({"detach", "web"}).status == 0);
  CHECK(try_socket(AF_KEY) != EPERM);
}

TEST_CASE("run: a text that declares the constant of a denial can be tried in a dry run, and one with a scope binds it") {
  const text_file text(denying(AF_PACKET));
  {
    const pinned_web web({"run", text.path, "--system", "--dry-run", "--pin", "web"});
    REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
    CHECK(try_socket(AF_PACKET) == 0);
  }
  text.write(with_scope);
  const pinned_web web({"run", text.path, "--uid", "4711", "--pin", "web"});
  REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(as_user(4711, [] { return try_socket(AF_PACKET); }) == EPERM);
}

TEST_CASE("build: a text becomes an executable that enforces it") {
  const text_file text(denying(AF_PACKET));
  const std::string path = text.directory / "deny";
  const outcome built = lsmith_says({"build", text.path, "--system", "-o", path});
  REQUIRE_MESSAGE(built.status == 0, built.err);
  process running({path});
  REQUIRE(running.wait_for("enforced"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  running.signal(SIGTERM);
  running.finish();
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("show: a text and its object file have the same instructions") {
  const text_file text(denying(AF_PACKET));
  const std::string object = text.directory / "policy.o";
  REQUIRE(lsmith_says({"asm", text.path, "-o", object}).status == 0);
  const outcome one = lsmith_says({"show", text.path, "--system"}), other = lsmith_says({"show", object, "--system"});
  CHECK_MESSAGE(one.status == 0, one.err);
  CHECK(contains(one.out, "deny_family on socket_create"));
  CHECK(one.out == other.out);
}

TEST_SUITE_END();
