// A pinned policy, and root that does not want it: its maps cannot be changed, its pins can be out of reach, and its output can be
// closed. Nothing of this ends the policy, and what lsmith reports stays true.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/load/maps.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>

using namespace lsmith;
using namespace lsmith::tests;

namespace {

/// Tries to change and to delete an element of a pinned map: EPERM if it is frozen.
int change(const loader::live_map& map) {
  std::array<std::byte, 64> key = {}, value = {};
  const auto changed = loader::update_element(map.descriptor.get(), key.data(), value.data());
  const auto removed = loader::delete_element(map.descriptor.get(), key.data());
  if (changed || removed) return 0;
  return changed.error().system_error == removed.error().system_error ? changed.error().system_error
                                                                      : removed.error().system_error;
}

/// The result of change() for a map of the policy that is pinned as "web".
int change(std::string_view map) {
  const auto found = loader::pins().find("web");
  REQUIRE(found);
  const loader::live_map* there = found->find_map(map);
  REQUIRE_MESSAGE(there != nullptr, map);
  return change(*there);
}

int set_number(std::string_view map, std::uint64_t number) {
  constexpr std::uint32_t first = 0;
  const auto found = loader::pins().find("web");
  REQUIRE(found);
  const auto done = loader::update_element(found->find_map(map)->descriptor.get(), &first, &number);
  return done ? 0 : done.error().system_error;
}

std::vector<std::string> words_for(const std::string& cgroup, std::vector<std::string> more = {}) {
  std::vector<std::string> all{"run", "deny-socket-family", "--family", "AF_PACKET", "--cgroup", cgroup, "--pin", "web"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("pin: what a policy decides by cannot be changed through bpf(2): its scope, its exemptions, its rules") {
  const temporary_cgroup bound("lsmith-bound"), exempt("lsmith-exempt");
  const pinned_web web(words_for(bound.path(), {"--except-exe", "/bin/lsmith", "--except-cgroup", exempt.path()}));
  REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
  for (const std::string_view map :
       {reserved::scope_cgroup, reserved::except_exe, reserved::except_cgroups, reserved::decisions}) {
    CAPTURE(map);
    CHECK(change(map) == EPERM);
  }
  CHECK(in_child([&] { return bound.join() ? try_socket(AF_PACKET) : 255; }) == EPERM);
}

TEST_CASE("keep: the deadline cannot be set again") {
  const temporary_cgroup bound("lsmith-bound");
  const pinned_web web(words_for(bound.path(), {"--confirm-within", "1h"}));
  REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
  CHECK(set_number(reserved::deadline, 1) == 0);  // not confirmed: any process that may use bpf(2) can end it
  CHECK(lsmith_says({"status", "web"}).status == 3);
  REQUIRE(lsmith_says({"reload", "web", "--confirm-within", "1h"}).status == 0);
  REQUIRE(lsmith_says({"keep", "web"}).status == 0);
  CHECK(set_number(reserved::deadline, 1) == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
}

TEST_CASE("status: a policy whose map of rules was replaced by another process is not enforced") {
  const std::string rules = "/tmp/lsmith-rules";
  const int file = open(rules.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  REQUIRE(write(file, "127.0.0.0/8\n", 12) == 12);
  close(file);
  const pinned_web web({"run", "allow-egress", "--rules", rules, "--system", "--pin", "web"});
  REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
  CHECK(change("networks") == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  REQUIRE(lsmith_says({"run", "allow-egress", "--rules", rules, "--uid", "4711", "--pin", "other"}).status == 0);
  {
    constexpr std::uint32_t first = 0;
    const auto found = loader::pins().find("web"), other = loader::pins().find("other");
    REQUIRE(found);
    REQUIRE(other);
    const auto done = loader::put(*found->find_map("network_sets"), &first, other->find_map("networks")->descriptor);
    REQUIRE_MESSAGE(done, to_string(done.error()));
  }
  CHECK(lsmith_says({"detach", "other"}).status == 0);
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 3);
  CHECK(contains(status.out, "its programs use other rules than those that are pinned with it"));
  CHECK(lsmith_says({"reload", "web"}).status == 0);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  unlink(rules.c_str());
}

TEST_CASE("status, detach and run: a policy whose pins are out of reach is reported") {
  const pinned_web web;
  REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
  const int result = in_child([] {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 101;
    if (mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=0700") != 0) return 102;
    const outcome status = lsmith_says({"status", "web"});
    if (status.status != 4 || !contains(status.err, "neither a process nor a pin within reach holds it")) return 103;
    if (!contains(lsmith_says({"list"}).out, "attached, out of reach")) return 104;
    const outcome detached = lsmith_says({"detach", "web"});
    if (detached.status != 1 || contains(detached.err, "no longer enforced")) return 105;
    const outcome again = lsmith_says(pin_words());
    if (again.status != 0 || !contains(again.err, "note: an LSM program is attached")) return 106;
    return lsmith_says({"detach", "web"}).status == 1 ? 107 : 0;
  });
  CHECK(result == 0);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  CHECK_FALSE(contains(lsmith_says({"list"}).out, "out of reach"));
}

TEST_CASE("run: the policy stays enforced when the reader of its events goes away, or when it never had one") {
  struct row {
    const char* what;
    bool closed_at_start;
  };
  for (const row& one : {row{"the reader goes away", false}, {"the output is closed", true}}) {
    CAPTURE(one.what);
    int output[2], errors[2];
    REQUIRE(pipe2(output, O_CLOEXEC) == 0);
    REQUIRE(pipe2(errors, O_CLOEXEC) == 0);
    const pid_t runner = fork();
    if (runner == 0) {
      if (one.closed_at_start) close(1);
      else dup2(output[1], 1);
      dup2(errors[1], 2);
      execl("/bin/lsmith", "lsmith", "run", "deny-socket-family", "--family", "AF_PACKET", "--system", nullptr);
      _exit(127);
    }
    close(output[1]);
    close(errors[1]);
    std::string said;
    const auto read_until = [&](std::string_view text) {
      char piece[512];
      while (said.find(text) == said.npos) {
        const ssize_t got = read(errors[0], piece, sizeof piece);
        if (got <= 0) return false;
        said.append(piece, static_cast<std::size_t>(got));
      }
      return true;
    };
    REQUIRE_MESSAGE(read_until("Ctrl-C"), said);
    close(output[0]);  // the reader is gone
    CHECK(try_socket(AF_PACKET) == EPERM);
    if (!one.closed_at_start) CHECK_MESSAGE(read_until("the policy stays enforced"), said);
    for (int i = 0; i < 3; ++i) CHECK(try_socket(AF_PACKET) == EPERM);
    usleep(100'000);
    CHECK(try_socket(AF_PACKET) == EPERM);
    kill(runner, SIGTERM);
    int status = 0;
    while (read_until("no such text")) continue;
    REQUIRE(waitpid(runner, &status, 0) == runner);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == (one.closed_at_start ? 0 : 1));  // 1: the output could not be written
    const auto times = [&](std::string_view text) {
      std::size_t count = 0;
      for (std::size_t at = said.find(text); at != said.npos; at = said.find(text, at + 1)) ++count;
      return count;
    };
    CHECK(times("the policy stays enforced") == (one.closed_at_start ? 0u : 1u));
    close(errors[0]);
  }
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_SUITE_END();
