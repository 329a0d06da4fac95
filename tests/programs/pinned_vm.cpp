// Policies that stay in force without a process: pinned, looked at, replaced, kept and taken away, and what is left when a
// command is killed on the way.
#include <doctest/doctest.h>

#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include <lsmith/loader/kernel_version.hpp>
#include <lsmith/loader/lsm_programs.hpp>
#include <lsmith/loader/pins.hpp>
#include <lsmith/tests/harness/caller.hpp>
#include <lsmith/tests/harness/command.hpp>
#include <lsmith/tests/harness/folder.hpp>
#include <lsmith/tests/harness/guest.hpp>
#include <lsmith/tests/harness/killed.hpp>
#include <lsmith/tests/harness/process.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

std::vector<std::string> pin_words(std::vector<std::string> more = {}, const std::string& families = "AF_PACKET") {
  std::vector<std::string> words{"run", "deny-socket-family", "--family", families, "--system", "--pin", "web"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// A policy by the name of "web", taken away at the end.
struct pinned_web {
  explicit pinned_web(const std::vector<std::string>& words = pin_words()) : said(lsmith_says(words)) {}
  ~pinned_web() { lsmith_says({"detach", "web"}); }
  outcome said;
};

/// Programs of BPF LSM that the kernel holds, once it has let go of those that nobody holds any more.
std::size_t programs_held(std::size_t expected) {
  std::size_t count = 0;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const auto all = loader::lsm_programs();
    REQUIRE(all);
    count = all->size();
    if (count == expected) break;
    usleep(10'000);
  }
  return count;
}

std::size_t links_pinned(const std::vector<std::string>& names) {
  std::size_t count = 0;
  for (const std::string& name : names) {
    const auto found = loader::pins().find(name);
    if (found) count += found->links.size();
  }
  return count;
}

/// Whatever is in force is listed: by its name, or as left over.
void check_all_is_listed() {
  const auto names = loader::pins().names();
  const auto leftovers = loader::pins().leftovers();
  REQUIRE(names);
  REQUIRE(leftovers);
  const std::size_t pinned = links_pinned(*names) + links_pinned(*leftovers);
  CHECK(programs_held(pinned) == pinned);
}

void check_nothing_is_left() {
  CHECK(loader::pins().names()->empty());
  CHECK(loader::pins().leftovers()->empty());
  CHECK(programs_held(0) == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

bool write_setting(const char* path, const char* value) {
  std::ofstream file(path);
  file << value << std::flush;
  return file.good();
}

std::vector<std::string> command_line(std::vector<std::string> words) {
  words.insert(words.begin(), "/bin/lsmith");
  return words;
}

/// Kills a command after each of its system calls in turn; `before` and `after` surround each try. Returns how many tries
/// there were.
template <class Before, class After>
unsigned kill_everywhere(const std::vector<std::string>& words, Before before, After after) {
  for (unsigned calls = 0;; ++calls) {
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

TEST_CASE("pin: the policy outlives its command, and ends with detach") {
  REQUIRE(try_socket(AF_PACKET) == 0);
  {
    process run(command_line(pin_words()));
    CHECK(run.finish() == 0);
    CHECK(contains(run.err(), "web: deny-socket-family binds every process of this machine and stays in force"));
  }
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_INET) == 0);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  const outcome end = lsmith_says({"detach", "web"});
  CHECK(end.status == 0);
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(lsmith_says({"status", "web"}).status == 3);
  check_nothing_is_left();
}

TEST_CASE("pin: asking for what is already so succeeds and says so; another policy of that name is refused") {
  const pinned_web web;
  REQUIRE(web.said.status == 0);
  const outcome same = lsmith_says(pin_words());
  CHECK(same.status == 0);
  CHECK(contains(same.err, "already; nothing is changed"));
  for (const auto& other : {pin_words({}, "AF_PACKET,AF_KEY"), pin_words({"--dry-run"}), pin_words({"--confirm-within", "1m"})}) {
    CAPTURE(other);
    const outcome taken = lsmith_says(other);
    CHECK(taken.status == 1);
    CHECK(contains(taken.err, "'web' is the name of another policy already; give --replace"));
  }
  CHECK(try_socket(AF_PACKET) == EPERM);
}

TEST_CASE("pin: --replace swaps the policy, and one that cannot be put in force leaves the first") {
  const pinned_web web;
  CHECK(lsmith_says(pin_words({"--replace"}, "AF_PACKET,AF_NETLINK")).status == 0);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_NETLINK) == EPERM);
  const outcome bad = lsmith_says({"run", "deny-socket-family", "--family", "AF_KEY", "--cgroup", "/no/such", "--pin", "web", "--replace"});
  CHECK(bad.status == 1);
  CHECK(contains(bad.err, "'/no/such' is no cgroup"));
  CHECK(try_socket(AF_NETLINK) == EPERM);
  CHECK(programs_held(1) == 1);
}

TEST_CASE("reload: options given anew replace the old ones, the others stay, and --enforce ends a dry run") {
  const pinned_web web(pin_words({"--dry-run"}));
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(lsmith_says({"reload", "web", "--enforce"}).status == 0);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(lsmith_says({"reload", "web", "--uid", "4711"}).status == 0);
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(as_user(4711, [] { return try_socket(AF_PACKET); }) == EPERM);
  CHECK(contains(lsmith_says({"status", "web"}).out, "deny-socket-family --family=AF_PACKET --uid=4711"));
  const outcome absent = lsmith_says({"reload", "wbe"});
  CHECK(absent.status == 1);
  CHECK(contains(absent.err, "no policy is pinned as 'wbe'"));
}

TEST_CASE("list: pinned policies, programs that a process holds, and nothing else") {
  const pinned_web web;
  process run(command_line({"run", "mprotect-audit", "--uid", "4711"}));
  REQUIRE(run.wait_for("binds"));
  const outcome text = lsmith_says({"list"});
  CHECK(contains(text.out, "web   in force  socket_create  socket_create"));
  CHECK(contains(text.out, "attached"));
  CHECK(contains(text.out, "file_mprotect"));
  const outcome json = lsmith_says({"list", "--json"});
  CHECK(contains(json.out, "{\"name\":\"web\",\"state\":\"in force\",\"hook\":\"socket_create\""));
  CHECK(std::ranges::count(json.out, '{') == 2);
}

TEST_CASE("list: runs and times are told while statistics are on") {
  const pinned_web web;
  const auto counting = loader::enable_statistics();
  REQUIRE(counting);
  for (int i = 0; i < 10; ++i) try_socket(AF_PACKET);
  const outcome json = lsmith_says({"list", "--json"});
  CHECK(contains(json.out, "\"runs\":10,"));
  CHECK(contains(json.out, "\"denied\":10,"));
}

TEST_CASE("watch: events that came before anybody watched are printed, and a second watcher is told to wait") {
  const pinned_web web;
  CHECK(try_socket(AF_PACKET) == EPERM);
  process first(command_line({"watch", "web"}));
  REQUIRE(first.wait_for("denied socket_create"));
  CHECK(contains(status_of(first.id()), "CapEff:\t0000008000000000\n"));  // CAP_BPF alone
  const outcome second = lsmith_says({"watch", "web", "--for", "0s"});
  CHECK(second.status == 1);
  CHECK(contains(second.err, "another process watches web"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  first.signal(SIGINT);
  CHECK(first.finish() == 0);
  CHECK(contains(first.err(), "ended: 2 events, 0 lost"));
}

TEST_CASE("report: a dry run tells who would be hit, by uid and executable") {
  const pinned_web web(pin_words({"--dry-run"}));
  for (int i = 0; i < 3; ++i) CHECK(try_socket(AF_PACKET) == 0);
  as_user(4711, [] { return try_socket(AF_PACKET); });  // it has no right to one, but is asked about first
  const outcome text = lsmith_says({"report", "web"});
  INFO(text.out);
  CHECK(contains(text.out, "3      would-deny  deny-socket-family  new-socket family=AF_PACKET  0     vm "));
  CHECK(contains(text.out, "1      would-deny  deny-socket-family  new-socket family=AF_PACKET  4711  vm "));
  const outcome json = lsmith_says({"report", "web", "--json"});
  CHECK(contains(json.out, "{\"count\":3,\"verdict\":\"would-deny\",\"policy\":\"deny-socket-family\",\"rule\":\"new-socket family=AF_PACKET\",\"uid\":0,\"executable\":\"vm\""));
  CHECK(contains(json.out, "\"untold\":0"));
}

TEST_CASE("report: what finds no room in the tally is counted, and the sum is exact") {
  const pinned_web web(pin_words({}, "AF_PACKET"));
  constexpr unsigned users = 1100;  // a tally tells 1024 kinds apart
  CHECK(in_child([] {
    for (unsigned uid = 1; uid <= users; ++uid)
      if (setresuid(uid, uid, 0) != 0 || try_socket(AF_PACKET) != EPERM || setresuid(0, 0, 0) != 0) return 1;
    return 0;
  }) == 0);
  CHECK(contains(lsmith_says({"report", "web", "--json"}).out, "\"untold\":76}"));
  CHECK(contains(lsmith_says({"status", "web"}).out, "denied 1100,"));
}

TEST_CASE("confirm-within: unless it is kept, the policy itself lets everything pass, and status and list say expired") {
  const pinned_web web(pin_words({"--confirm-within", "2s"}));
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  usleep(2'100'000);
  CHECK(try_socket(AF_PACKET) == 0);
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 3);
  CHECK(contains(status.out, "expired"));
  CHECK(contains(lsmith_says({"list"}).out, "expired"));
  const outcome late = lsmith_says({"keep", "web"});
  CHECK(late.status == 1);
  CHECK(contains(late.err, "web has expired and lets everything pass"));
  CHECK(lsmith_says({"reload", "web"}).status == 0);
  CHECK(try_socket(AF_PACKET) == EPERM);
}

TEST_CASE("keep: a kept policy stays in force past its deadline") {
  const pinned_web web(pin_words({"--confirm-within", "1s"}));
  CHECK(lsmith_says({"keep", "web"}).status == 0);
  usleep(1'100'000);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  CHECK(contains(lsmith_says({"keep", "web"}).err, "stays in force already"));
}

TEST_CASE("status: a policy whose cgroup is gone is not in force") {
  const temporary_cgroup cgroup("lsmith-pinned");
  const pinned_web web(std::vector<std::string>{"run", "deny-socket-family", "--family", "17", "--cgroup", cgroup.path(), "--pin", "web"});
  REQUIRE(web.said.status == 0);
  CHECK(in_child([&] { return cgroup.join() ? try_socket(AF_PACKET) : 255; }) == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  rmdir(cgroup.path().c_str());
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 3);
  CHECK(contains(status.out, "the cgroup that it binds is gone"));
}

TEST_CASE("status: without the right to look it cannot tell, and says 4") {
  const pinned_web web;
  CHECK(as_user(4711, [] { return lsmith_says({"status", "web"}).status; }) == 4);
}

TEST_CASE("status: a policy that lost its link is not in force") {
  const pinned_web web;
  const auto found = loader::pins().find("web");
  REQUIRE(found);
  REQUIRE(unlink((found->folder + "/link_socket_create").c_str()) == 0);
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 3);
  CHECK(contains(status.out, "not attached: socket_create on socket_create"));
  CHECK(lsmith_says(pin_words()).status == 0);
  CHECK(lsmith_says({"status", "web"}).status == 0);
}

TEST_CASE("pin: a place that others may write to is not trusted") {
  lsmith_says({"detach", "web"});
  REQUIRE(chown("/sys/fs/bpf/lsmith", 4711, 4711) == 0);
  const outcome refused = lsmith_says(pin_words());
  CHECK(refused.status == 1);
  CHECK(contains(refused.err, "'/sys/fs/bpf/lsmith' belongs to uid 4711"));
  REQUIRE(chown("/sys/fs/bpf/lsmith", 0, 0) == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("pin: without a bpffs it says how to mount one") {
  REQUIRE(umount2("/sys/fs/bpf", MNT_DETACH) == 0);
  const outcome refused = lsmith_says(pin_words());
  CHECK(refused.status == 1);
  CHECK(contains(refused.err, "'/sys/fs/bpf' is in no BPF file system, where policies are pinned; mount one: mount -t bpf bpf /sys/fs/bpf"));
  REQUIRE(mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr) == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("with kernel.ftrace_enabled=0 no program runs: run refuses, status and doctor say so, and it passes when it is on again") {
  const std::size_t before = open_descriptors();
  {
    const pinned_web web;
    REQUIRE(web.said.status == 0);
    const bool switched = write_setting("/proc/sys/kernel/ftrace_enabled", "0");
    if (switched) {
      CHECK(try_socket(AF_PACKET) == 0);
      const outcome status = lsmith_says({"status", "web"});
      CHECK(status.status == 3);
      CHECK(contains(status.out, "kernel.ftrace_enabled is 0"));
      const outcome refused = lsmith_says({"run", "mprotect-audit", "--system", "--for", "0s"});
      CHECK(refused.status == 1);
      CHECK(contains(refused.err, "switch it on: sysctl kernel.ftrace_enabled=1"));
      CHECK(lsmith_says({"doctor"}).status == 1);
      CHECK(lsmith_says({"detach", "web"}).status == 1);
      REQUIRE(write_setting("/proc/sys/kernel/ftrace_enabled", "1"));
    }
    MESSAGE("while a policy is in force, the kernel " << std::string(switched ? "lets" : "does not let") << " the tracer be switched off");
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(lsmith_says({"status", "web"}).status == 0);
  }
  if (write_setting("/proc/sys/kernel/ftrace_enabled", "0")) {
    const outcome refused = lsmith_says(pin_words());
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, "kernel.ftrace_enabled is 0"));
    CHECK(lsmith_says({"doctor"}).status == 1);
    REQUIRE(write_setting("/proc/sys/kernel/ftrace_enabled", "1"));
  }
  check_nothing_is_left();
  CHECK(open_descriptors() == before);
}

TEST_CASE("run --pin, killed after each of its system calls: afterwards the whole policy is in force, or what is left is listed") {
  unsigned whole = 0;
  const unsigned tries = kill_everywhere(
      command_line(pin_words()), [] {},
      [&] {
        check_all_is_listed();
        if (lsmith_says({"status", "web"}).status == 0) {
          ++whole;
          CHECK(try_socket(AF_PACKET) == EPERM);
        }
        CHECK(lsmith_says({"detach", "web"}).status == 0);
        check_nothing_is_left();
      });
  MESSAGE(tries << " system calls, the policy whole after " << whole << " of them");
  CHECK(tries > 50);
  CHECK(whole > 0);
}

TEST_CASE("a built program that pins, killed after each of its system calls: the whole policy is in force, or what is left is listed") {
  const temporary_folder folder;
  const std::string program = folder / "policy";
  std::vector<std::string> words = pin_words({"-o", program});
  words.front() = "build";
  REQUIRE(lsmith_says(words).status == 0);
  unsigned whole = 0;
  const unsigned tries = kill_everywhere(
      {program}, [] {},
      [&] {
        check_all_is_listed();
        if (lsmith_says({"status", "web"}).status == 0) {
          ++whole;
          CHECK(try_socket(AF_PACKET) == EPERM);
        }
        CHECK(lsmith_says({"detach", "web"}).status == 0);
        check_nothing_is_left();
      });
  MESSAGE(tries << " system calls, the policy whole after " << whole << " of them");
  CHECK(tries > 20);
  CHECK(whole > 0);
}

TEST_CASE("run, killed after each of its system calls: nothing stays in force, and nothing is left") {
  const unsigned tries = kill_everywhere(command_line({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "0s"}), [] {}, check_nothing_is_left);
  MESSAGE(tries << " system calls");
  CHECK(tries > 50);
}

namespace {

/// Kills a command that puts a policy for two families in the place of one for AF_PACKET.
void kill_exchange(const std::vector<std::string>& words) {
  unsigned replaced = 0;
  const unsigned tries = kill_everywhere(
      command_line(words), [] { REQUIRE(lsmith_says(pin_words({"--replace"})).status == 0); },
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
  MESSAGE(tries << " system calls, replaced after " << replaced << " of them");
  CHECK(replaced > 0);
  lsmith_says({"detach", "web"});
  check_nothing_is_left();
}

}  // namespace

TEST_CASE("run --replace, killed after each of its system calls: the old policy or the new one is in force") {
  kill_exchange(pin_words({"--replace"}, "AF_PACKET,AF_NETLINK"));
}

TEST_CASE("soak: reload, killed after each of its system calls: the old policy or the new one is in force" * doctest::skip()) {
  kill_exchange({"reload", "web", "--family", "AF_PACKET,AF_NETLINK"});
}

TEST_CASE("detach, killed after each of its system calls: what is still in force is listed, and detach ends it") {
  unsigned gone = 0;
  const unsigned tries = kill_everywhere(command_line({"detach", "web"}), [] { REQUIRE(lsmith_says(pin_words()).status == 0); },
                                         [&] {
                                           check_all_is_listed();
                                           gone += try_socket(AF_PACKET) == 0;
                                           CHECK(lsmith_says({"detach", "web"}).status == 0);
                                           check_nothing_is_left();
                                         });
  MESSAGE(tries << " system calls, out of force after " << gone << " of them");
  CHECK(gone > 0);
}

namespace {

void replace_under_fire(unsigned times) {
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

TEST_CASE("replace: 50 times while another process tries the forbidden call, and not once it succeeds") {
  replace_under_fire(50);
  check_nothing_is_left();
}

TEST_CASE("soak: a policy is replaced 1000 times likewise" * doctest::skip()) {
  replace_under_fire(1000);
  check_nothing_is_left();
}

namespace {

/// What is killed, and what must hold afterwards.
struct killed_row {
  const char* what;
  std::vector<std::string> words;
  bool begins_in_force;
  bool stays_in_force;
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
  return static_cast<unsigned>(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
}

/// Kills the command at a random moment of its course, and a little beyond; whether it was over before.
bool kill_at_random(const killed_row& row, unsigned microseconds) {
  process run(command_line(row.words));
  usleep(static_cast<unsigned>(std::rand()) % (microseconds + microseconds / 4));
  run.signal(SIGKILL);
  return run.finish() == 0;
}

void begin(const killed_row& row) {
  if (row.begins_in_force) REQUIRE(lsmith_says(pin_words({"--replace"})).status == 0);
  else REQUIRE(lsmith_says({"detach", "web"}).status <= 1);
}

}  // namespace

TEST_CASE("soak: load, attach, replace and detach, killed at 500 random moments: the old policy or the new one, and nothing unlisted" *
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
      if (whole || row.stays_in_force) CHECK(try_socket(AF_PACKET) == EPERM);
      if (row.stays_in_force) CHECK(whole);
    }
    MESSAGE(row.what << ": " << microseconds << " us, 125 times killed, over before " << over << " times, in force after " << held);
  }
  lsmith_says({"detach", "web"});
  check_nothing_is_left();
}

TEST_SUITE_END();

// Started with nothing mounted but /proc and /dev.
TEST_SUITE_BEGIN("no_types");

TEST_CASE("list and status: where nothing is mounted nothing is pinned, and that is said") {
  CHECK(lsmith_says({"status", "web"}).status == 3);
  CHECK(contains(lsmith_says({"list"}).out, "no LSM program is loaded and nothing is pinned"));
  const outcome refused = lsmith_says(pin_words());
  CHECK(refused.status == 1);
  INFO(refused.err);
  const bool knows_types = loader::running_kernel() >= loader::kernel_version{5, 11};  // by their number; else a policy fails at that first
  CHECK(contains(refused.err, knows_types ? "mount one: mount -t bpf bpf /sys/fs/bpf" : "/sys/kernel/btf/vmlinux"));
}

TEST_SUITE_END();
