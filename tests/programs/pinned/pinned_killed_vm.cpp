// Commands that are killed after each of their system calls and at random moments, and policies that are replaced while another
// process tries forbidden calls: a policy that must be enforced is, and all that is left over is listed.
#include <doctest/doctest.h>

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/caller.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/killed.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// After which of its system calls a command is killed.
struct moments {
  unsigned first, step;
};
constexpr moments each = {0, 1};

/// Every fourth, from another one on each kernel: 5.10, 6.1, 6.12 and 7.3 try all of them together. `make test-long` tries each
/// on every kernel.
moments share_of_this_kernel() {
  constexpr unsigned step = 4;
  return {loader::running_kernel().minor % step, step};
}

/// Kills a command after these of its system calls in turn. `before` and `after` run before and after each try. Returns the number
/// of system calls, or up to a step more.
template <class Before, class After>
unsigned kill_at(const moments& which, const std::vector<std::string>& words, Before before, After after) {
  for (unsigned calls = which.first;; calls += which.step) {
    before();
    const ending end = run_killed_after(calls, words);
    CAPTURE(calls);
    after();
    if (end.killed) continue;
    CHECK(end.status == 0);
    return calls;
  }
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

namespace {

/// Kills a command that pins a policy as "web". It must make more than `least_calls` system calls.
void kill_pinning(const moments& which, const std::vector<std::string>& words, unsigned least_calls) {
  unsigned whole = 0;
  const unsigned calls = kill_at(
      which, words, [] {},
      [&] {
        check_all_is_listed();
        if (lsmith_says({"status", "web"}).status == 0) {
          ++whole;
          CHECK(try_socket(AF_PACKET) == EPERM);
        }
        CHECK(lsmith_says({"detach", "web"}).status == 0);
        check_nothing_is_left();
      });
  MESSAGE(calls << " system calls, the whole policy enforced " << whole << " times");
  CHECK(calls > least_calls);
  CHECK(whole > 0);
}

void kill_standalone(const moments& which) {
  const temporary_directory directory;
  const std::string program = directory / "policy";
  std::vector<std::string> words = pin_words({"-o", program});
  words.front() = "build";
  REQUIRE(lsmith_says(words).status == 0);
  kill_pinning(which, {program}, 12);
}

}  // namespace

TEST_CASE("run --pin, killed after its system calls: the whole policy is enforced, or what is left is listed") {
  kill_pinning(share_of_this_kernel(), command_line(pin_words()), 20);
}
TEST_CASE("soak: run --pin, killed after each of its system calls" * doctest::skip()) {
  kill_pinning(each, command_line(pin_words()), 20);
}

TEST_CASE("a standalone executable that pins, killed after its system calls: the whole policy is enforced, or it is listed") {
  kill_standalone(share_of_this_kernel());
}
TEST_CASE("soak: a standalone executable that pins, killed after each of its system calls" * doctest::skip()) {
  kill_standalone(each);
}

TEST_CASE("run, killed after its system calls: no policy stays enforced, and nothing is left") {
  const auto words = command_line({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "0s"});
  const unsigned calls = kill_at(share_of_this_kernel(), words, [] {}, check_nothing_is_left);
  MESSAGE(calls << " system calls");
  CHECK(calls > 12);
}

namespace {

/// Kills a command that replaces a policy for AF_PACKET by one for two families.
void kill_exchange(const moments& which, const std::vector<std::string>& words) {
  unsigned replaced = 0;
  const unsigned calls = kill_at(
      which, command_line(words), [] { REQUIRE(lsmith_says(pin_words({"--replace"})).status == 0); },
      [&] {
        CHECK(try_socket(AF_PACKET) == EPERM);
        CHECK(lsmith_says({"status", "web"}).status == 0);
        check_all_is_listed();
        const auto found = loader::pins().find("web");
        REQUIRE(found);
        CHECK(found->links.size() == 1);
        const bool is_new = contains(found->text, "AF_NETLINK");
        replaced += is_new;
        if (is_new) CHECK(try_socket(AF_NETLINK) == EPERM);
      });
  MESSAGE(calls << " system calls, replaced " << replaced << " times");
  CHECK(replaced > 0);
  lsmith_says({"detach", "web"});
  check_nothing_is_left();
}

}  // namespace

TEST_CASE("run --replace, killed after its system calls: the old policy or the new one is enforced") {
  kill_exchange(share_of_this_kernel(), pin_words({"--replace"}, "AF_PACKET,AF_NETLINK"));
}
TEST_CASE("soak: run --replace, killed after each of its system calls" * doctest::skip()) {
  kill_exchange(each, pin_words({"--replace"}, "AF_PACKET,AF_NETLINK"));
}

TEST_CASE("soak: reload, killed after each of its system calls: the old policy or the new one is enforced" * doctest::skip()) {
  kill_exchange(each, {"reload", "web", "--family", "AF_PACKET,AF_NETLINK"});
}

TEST_CASE("detach, killed after its system calls: a policy that is still enforced is listed, and detach removes it") {
  unsigned gone = 0;
  const unsigned calls = kill_at(
      share_of_this_kernel(), command_line({"detach", "web"}), [] { REQUIRE(lsmith_says(pin_words()).status == 0); },
      [&] {
        check_all_is_listed();
        gone += try_socket(AF_PACKET) == 0;
        CHECK(lsmith_says({"detach", "web"}).status == 0);
        check_nothing_is_left();
      });
  MESSAGE(calls << " system calls, the policy removed " << gone << " times");
  CHECK(gone > 0);
}

namespace {

void replace_under_load(unsigned times) {
  const pinned_web web;
  const caller forbidden([] { return try_socket(AF_PACKET); });
  while (forbidden.tries() < 100) usleep(1000);
  for (unsigned i = 0; i < times; ++i) {
    const outcome swapped = lsmith_says(pin_words({"--replace"}, i % 2 == 0 ? "AF_PACKET,AF_KEY" : "AF_PACKET"));
    INFO(swapped.err);
    REQUIRE(swapped.status == 0);
  }
  MESSAGE(times << " replacements, " << forbidden.tries() << " forbidden calls, " << forbidden.succeeded() << " successes");
  CHECK(forbidden.succeeded() == 0);
}

}  // namespace

TEST_CASE("replace: 50 times while another process tries the forbidden call, which never succeeds") {
  replace_under_load(50);
  check_nothing_is_left();
}

TEST_CASE("soak: a policy is replaced 1000 times while another process tries the forbidden call" * doctest::skip()) {
  replace_under_load(1000);
  check_nothing_is_left();
}

namespace {

/// A command that is killed, and whether the policy is enforced before and must be enforced afterwards.
struct killed_row {
  const char* what;
  std::vector<std::string> words;
  bool begins_enforced;
  bool stays_enforced;
};
const killed_row killed_rows[] = {
    {"load and attach", {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "10s"}, false, false},
    {"pin", pin_words(), false, false},
    {"replace", pin_words({"--replace"}, "AF_PACKET,AF_KEY"), true, true},
    {"detach", {"detach", "web"}, true, false},
};

unsigned microseconds_of(const std::vector<std::string>& words) {
  const auto start = std::chrono::steady_clock::now();
  process run(command_line(words));
  if (words.back() == "10s") run.wait_for("binds");
  else run.finish();
  return static_cast<unsigned>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
}

/// Kills the command at a random moment, up to a quarter later than its usual end. Returns whether it had already ended.
bool kill_at_random(const killed_row& row, unsigned microseconds) {
  process run(command_line(row.words));
  usleep(static_cast<unsigned>(std::rand()) % (microseconds + microseconds / 4));
  run.signal(SIGKILL);
  return run.finish() == 0;
}

void begin(const killed_row& row) {
  if (row.begins_enforced) REQUIRE(lsmith_says(pin_words({"--replace"})).status == 0);
  else REQUIRE(lsmith_says({"detach", "web"}).status <= 1);
}

}  // namespace

TEST_CASE("soak: load, attach, replace and detach, killed at 500 random moments: the policy is old or new, the rest is listed" *
          doctest::skip()) {
  std::srand(1);
  for (const killed_row& row : killed_rows) {
    CAPTURE(row.what);
    begin(row);
    const unsigned microseconds = microseconds_of(row.words);
    unsigned over = 0, held = 0;
    for (int i = 0; i < 125; ++i) {
      CAPTURE(i);
      begin(row);
      over += kill_at_random(row, microseconds);
      check_all_is_listed();
      const bool whole = lsmith_says({"status", "web"}).status == 0;
      held += whole;
      if (whole || row.stays_enforced) CHECK(try_socket(AF_PACKET) == EPERM);
      if (row.stays_enforced) CHECK(whole);
    }
    MESSAGE(row.what << ": " << microseconds << " us, 125 times killed, over before " << over << " times, enforced after "
                     << held);
  }
  lsmith_says({"detach", "web"});
  check_nothing_is_left();
}

TEST_SUITE_END();
