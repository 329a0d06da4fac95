// Policies that stay enforced without a process: pinned, inspected, replaced, kept and removed.
#include <doctest/doctest.h>

#include <signal.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/report/times.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/network.hpp>
#include <lsmith/tests/harness/process/process.hpp>

using namespace lsmith;
using namespace lsmith::tests;

TEST_SUITE_BEGIN("lsm");

TEST_CASE("pin: the policy outlives its command, and ends with detach") {
  REQUIRE(try_socket(AF_PACKET) == 0);
  {
    process run(command_line(pin_words()));
    CHECK(run.finish() == 0);
    CHECK(contains(run.err(), "web: deny-socket-family binds every process of this machine and stays enforced"));
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

TEST_CASE("pin: running it again succeeds and says that nothing is changed; another policy with that name is an error") {
  const pinned_web web;
  REQUIRE(web.said.status == 0);
  const outcome same = lsmith_says(pin_words());
  CHECK(same.status == 0);
  CHECK(contains(same.err, "already; nothing is changed"));
  for (const auto& other : {pin_words({}, "AF_PACKET,AF_KEY"), pin_words({"--dry-run"}), pin_words({"--confirm-within", "1m"})}) {
    CAPTURE(other);
    const outcome taken = lsmith_says(other);
    CHECK(taken.status == 1);
    CHECK(contains(taken.err, "'web' is the name of another policy; give --replace"));
  }
  CHECK(try_socket(AF_PACKET) == EPERM);
}

TEST_CASE("pin, keep, arm, reload and detach: running them again succeeds, says that nothing is changed, and changes nothing") {
  const pinned_web web(pin_words({"--disarmed", "--confirm-within", "1h"}));
  const std::vector<std::string> verbs[] = {{"keep", "web"}, {"arm", "web"}, {"reload", "web"}};
  for (const auto& verb : verbs) {
    CAPTURE(verb[0]);
    CHECK(lsmith_says(verb).status == 0);
    const auto before = loader::pins().find("web");
    REQUIRE(before);
    const outcome again = lsmith_says(verb);
    CHECK(again.status == 0);
    CHECK(contains(again.err, "nothing is changed"));
    CHECK(loader::pins().find("web")->directory == before->directory);
    CHECK(loader::pins().find("web")->links[0].link.id == before->links[0].link.id);
  }
  CHECK(lsmith_says({"detach", "web"}).status == 0);
  const outcome gone = lsmith_says({"detach", "web"});
  CHECK(gone.status == 0);
  CHECK(contains(gone.err, "web was not pinned; nothing is changed"));
}

TEST_CASE("pin: --replace replaces the policy; if the new one cannot be enforced, the old one stays") {
  const pinned_web web;
  CHECK(lsmith_says(pin_words({"--replace"}, "AF_PACKET,AF_NETLINK")).status == 0);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_NETLINK) == EPERM);
  const outcome bad =
      lsmith_says({"run", "deny-socket-family", "--family", "AF_KEY", "--cgroup", "/no/such", "--pin", "web", "--replace"});
  CHECK(bad.status == 1);
  CHECK(contains(bad.err, "'/no/such' is no cgroup"));
  CHECK(try_socket(AF_NETLINK) == EPERM);
  CHECK(programs_held(1) == 1);
}

TEST_CASE("reload: options that are given replace the old ones, the others stay, and --enforce ends a dry run") {
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

TEST_CASE("list: it shows pinned policies and programs that a process has attached, and nothing else") {
  const pinned_web web;
  process run(command_line({"run", "mprotect-audit", "--uid", "4711"}));
  REQUIRE(run.wait_for("binds"));
  const outcome text = lsmith_says({"list"});
  CHECK(contains(text.out, "web   enforced  socket_create  socket_create"));
  CHECK(contains(text.out, "attached"));
  CHECK(contains(text.out, "file_mprotect"));
  const outcome json = lsmith_says({"list", "--json"});
  CHECK(contains(json.out, "{\"name\":\"web\",\"state\":\"enforced\",\"hook\":\"socket_create\""));
  CHECK(std::ranges::count(json.out, '{') == 3);
}

TEST_CASE("list: runs and times are shown while statistics are enabled") {
  const pinned_web web;
  const auto counting = loader::enable_statistics();
  REQUIRE(counting);
  for (int i = 0; i < 10; ++i) try_socket(AF_PACKET);
  const outcome json = lsmith_says({"list", "--json"});
  CHECK(contains(json.out, "\"runs\":10,"));
  CHECK(contains(json.out, "\"denied\":10,"));
}

TEST_CASE("watch: events from before it started are printed, and a second watch of the same policy is an error") {
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

TEST_CASE("watch: events are printed after the policy's own process has ended, and also after an earlier watch was killed") {
  {
    process run(command_line(pin_words()));
    REQUIRE(run.finish() == 0);
  }
  CHECK(as_user(4711, [] { return try_socket(AF_PACKET); }) == EPERM);
  {
    process first(command_line({"watch", "web"}));
    REQUIRE(first.wait_for("uid=4711"));
    first.signal(SIGKILL);
  }
  CHECK(as_user(4712, [] { return try_socket(AF_PACKET); }) == EPERM);
  {
    process second(command_line({"watch", "web"}));
    REQUIRE(second.wait_for("uid=4712"));
    second.signal(SIGINT);
    CHECK(second.finish() == 0);
  }
  CHECK(contains(lsmith_says({"watch", "web", "--for", "0s"}).err, "ended: 0 events, 0 lost"));
  CHECK(lsmith_says({"detach", "web"}).status == 0);
}

TEST_CASE("report: each kind of decision has the times of its first and its last decision") {
  const pinned_web web;
  const auto try_at = [] {
    const std::string when = programs::date(std::time(nullptr));
    CHECK(try_socket(AF_PACKET) == EPERM);
    return when;
  };
  const auto reported = [] { return lsmith_says({"report", "web", "--json"}).out; };
  const std::string before = try_at();
  const std::string first = text_in(reported(), "first");
  CHECK(first >= before);
  CHECK(text_in(reported(), "last") == first);
  usleep(2'100'000);
  const std::string later = try_at();
  CHECK(contains(reported(), "\"count\":2,"));
  CHECK(text_in(reported(), "first") == first);
  CHECK(text_in(reported(), "last") >= later);
  CHECK(text_in(reported(), "last") <= programs::date(std::time(nullptr)));
}

TEST_CASE("report: a dry run shows what would be denied, by uid and executable") {
  const pinned_web web(pin_words({"--dry-run"}));
  for (int i = 0; i < 3; ++i) CHECK(try_socket(AF_PACKET) == 0);
  as_user(4711, [] { return try_socket(AF_PACKET); });  // it lacks the capability for one, but the hook runs first
  const outcome text = lsmith_says({"report", "web"});
  INFO(text.out);
  CHECK(contains(text.out, "3      would-deny  deny-socket-family  new-socket family=AF_PACKET  0     vm "));
  CHECK(contains(text.out, "1      would-deny  deny-socket-family  new-socket family=AF_PACKET  4711  vm "));
  const outcome json = lsmith_says({"report", "web", "--json"});
  CHECK(contains(
      json.out,
      "{\"count\":3,\"verdict\":\"would-deny\",\"policy\":\"deny-socket-family\",\"rule\":\"new-socket family=AF_PACKET\",\"uid\":0,\"executable\":\"vm\""));
  CHECK(contains(json.out, "\"uncounted\":0"));
}

// The calls may be made in two seconds, or on a slow machine in three.
TEST_CASE("events-per-second: the rest is counted as suppressed; every call is denied and counted") {
  const pinned_web web(pin_words({"--events-per-second", "5"}));
  for (int i = 0; i < 60; ++i) CHECK(try_socket(AF_PACKET) == EPERM);
  const outcome seen = lsmith_says({"watch", "web", "--for", "0s", "--json"});
  const std::uint64_t events = number_in(seen.out, "events"), suppressed = number_in(seen.out, "suppressed");
  CHECK(events >= 5);
  CHECK(events < 60);
  CHECK(events + suppressed == 60);
  CHECK(number_in(lsmith_says({"report", "web", "--json"}).out, "count") == 60);
  CHECK(contains(lsmith_says({"status", "web"}).out, "denied 60, events lost 0, suppressed " + std::to_string(suppressed)));
  CHECK(contains(lsmith_says({"report", "--metrics"}).out,
                 "\nlsmith_events_suppressed_total{name=\"web\"} " + std::to_string(suppressed) + '\n'));
}

// A record of the ring buffer takes 120 bytes: 4 KiB hold 34 of them.
TEST_CASE("event-buffer: a small buffer loses the events that a large one keeps") {
  const auto kept = [](const char* size) {
    const pinned_web web(pin_words({"--event-buffer", size}));
    for (int i = 0; i < 60; ++i) CHECK(try_socket(AF_PACKET) == EPERM);
    const outcome seen = lsmith_says({"watch", "web", "--for", "0s", "--json"});
    CHECK(number_in(seen.out, "events") + number_in(seen.out, "lost") == 60);
    return number_in(seen.out, "events");
  };
  CHECK(kept("4K") == 34);
  CHECK(kept("16K") == 60);
}

TEST_CASE("report --learn: the rules that a dry run proposes allow what it saw, and nothing else") {
  raise_loopback();
  const std::string rules = "/tmp/lsmith-learned";
  std::ofstream(rules) << "192.0.2.0/24 443\n";
  const pinned_web web({"run", "allow-egress", "--rules", rules, "--system", "--dry-run", "--pin", "web"});
  const auto send = [](std::uint16_t port) { return try_send(AF_INET, SOCK_DGRAM, ipv4("127.0.0.1", port)); };
  const auto send6 = [] { return try_send(AF_INET6, SOCK_DGRAM, ipv6("::1", 53)); };
  CHECK(send(53) == 0);
  CHECK(send6() == 0);
  const outcome learned = lsmith_says({"report", "web", "--learn"});
  INFO(learned.out);
  CHECK(contains(learned.out, "\n127.0.0.1 53\n"));
  CHECK(contains(learned.out, "\n::1 53\n"));
  CHECK(contains(lsmith_says({"report", "web"}).out, "network port=53 address=127.0.0.1"));
  std::ofstream(rules, std::ios::app) << learned.out;
  REQUIRE(lsmith_says({"reload", "web", "--enforce"}).status == 0);
  CHECK(send(53) == 0);
  CHECK(send6() == 0);
  CHECK(send(54) == EPERM);
}

TEST_CASE("report --metrics: of one policy, and of all if none is named") {
  const pinned_web web;
  for (int i = 0; i < 3; ++i) CHECK(try_socket(AF_PACKET) == EPERM);
  const outcome one = lsmith_says({"report", "web", "--metrics"}), all = lsmith_says({"report", "--metrics"});
  INFO(one.out);
  CHECK(one.status == 0);
  CHECK(contains(one.out, "\nlsmith_policy_enforced{name=\"web\"} 1\n"));
  CHECK(contains(
      one.out,
      "\nlsmith_decisions_total{name=\"web\",policy=\"deny-socket-family\",rule=\"new-socket\",verdict=\"denied\"} 3\n"));
  CHECK(all.status == 0);
  CHECK(all.out == one.out);
  CHECK(lsmith_says({"report", "missing", "--metrics"}).status == 1);
}

TEST_CASE("report: decisions for which the map has no room are counted too, and the sum is exact") {
  const pinned_web web(pin_words({}, "AF_PACKET"));
  constexpr unsigned users = 1100;  // the map has room for 1024 kinds
  CHECK(in_child([] {
          for (unsigned uid = 1; uid <= users; ++uid)
            if (setresuid(uid, uid, 0) != 0 || try_socket(AF_PACKET) != EPERM || setresuid(0, 0, 0) != 0) return 1;
          return 0;
        }) == 0);
  CHECK(contains(lsmith_says({"report", "web", "--json"}).out, "\"uncounted\":76}"));
  CHECK(contains(lsmith_says({"status", "web"}).out, "denied 1100,"));
}

TEST_CASE("confirm-within: a policy that is not kept allows everything after that time; status and list show it as expired") {
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
  CHECK(contains(late.err, "web has expired and allows everything"));
  CHECK(lsmith_says({"reload", "web"}).status == 0);
  CHECK(try_socket(AF_PACKET) == EPERM);
}

TEST_CASE("confirm-within: the policy expires without any process, and not before its time") {
  const auto start = std::chrono::steady_clock::now();
  const auto time_of = [&] { return std::chrono::steady_clock::now() - start; };
  {
    process run(command_line(pin_words({"--confirm-within", "3s"})));
    REQUIRE(run.finish() == 0);
  }
  CHECK(try_socket(AF_PACKET) == EPERM);
  while (try_socket(AF_PACKET) == EPERM && time_of() < std::chrono::minutes(1)) usleep(10'000);
  CHECK(try_socket(AF_PACKET) == 0);
  CHECK(time_of() >= std::chrono::seconds(3));
  CHECK(contains(lsmith_says({"list"}).out, "web   expired"));
  CHECK(lsmith_says({"status", "web"}).status == 3);
  CHECK(lsmith_says({"detach", "web"}).status == 0);
  check_nothing_is_left();
}

TEST_CASE("keep: a kept policy stays enforced after its deadline") {
  const pinned_web web(pin_words({"--confirm-within", "1s"}));
  CHECK(lsmith_says({"keep", "web"}).status == 0);
  usleep(1'100'000);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  CHECK(contains(lsmith_says({"keep", "web"}).err, "stays enforced already"));
}

TEST_CASE("status: a policy whose cgroup is gone is not enforced") {
  const temporary_cgroup cgroup("lsmith-pinned");
  const pinned_web web(
      std::vector<std::string>{"run", "deny-socket-family", "--family", "17", "--cgroup", cgroup.path(), "--pin", "web"});
  REQUIRE(web.said.status == 0);
  CHECK(in_child([&] { return cgroup.join() ? try_socket(AF_PACKET) : 255; }) == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  rmdir(cgroup.path().c_str());
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 3);
  CHECK(contains(status.out, "the cgroup that it binds is gone"));
}

TEST_CASE("status: without permission to look, the exit status is 4 (unknown)") {
  const pinned_web web;
  CHECK(as_user(4711, [] { return lsmith_says({"status", "web"}).status; }) == 4);
}

TEST_CASE("status: a policy that lost its link is not enforced") {
  const pinned_web web;
  const auto found = loader::pins().find("web");
  REQUIRE(found);
  REQUIRE(unlink((found->directory + "/link_socket_create").c_str()) == 0);
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 3);
  CHECK(contains(status.out, "not attached: socket_create on socket_create"));
  CHECK(lsmith_says(pin_words()).status == 0);
  CHECK(lsmith_says({"status", "web"}).status == 0);
}

TEST_CASE("status: a policy whose description is missing may be incomplete, and each verb that needs it reports that") {
  const pinned_web web;
  REQUIRE(unlink((loader::pins().find("web")->directory + "/description").c_str()) == 0);
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 4);
  CHECK(contains(status.out, "its description is missing"));
  for (const char* verb : {"watch", "reload"}) {
    const outcome said = lsmith_says({verb, "web"});
    CAPTURE(verb);
    INFO(said.err);
    CHECK(said.status == 1);
    CHECK(contains(said.err, "its description is missing"));
  }
  CHECK(contains(lsmith_says({"list"}).out, "unknown"));
  CHECK(lsmith_says(pin_words({"--replace"})).status == 0);
  CHECK(lsmith_says({"status", "web"}).status == 0);
}

TEST_CASE("status: a policy that a program pinned with a text of its own is judged by its links") {
  {
    const auto enforced = loader::enforce(made("deny-socket-family", {{"family", "AF_PACKET"}}).whole);
    REQUIRE(enforced);
    auto directory = loader::pins::lock();
    REQUIRE(directory);
    REQUIRE(directory->put("web", *enforced, "a sandbox, by another program"));
  }
  CHECK(try_socket(AF_PACKET) == EPERM);
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 0);
  CHECK(contains(status.out, "enforced: its programs are attached"));
  CHECK(contains(status.out, "its description is not one of lsmith's"));
  CHECK(contains(lsmith_says({"list"}).out, "enforced"));
  for (const char* verb : {"watch", "reload"}) {
    const outcome said = lsmith_says({verb, "web"});
    CHECK(said.status == 1);
    CHECK(contains(said.err, "its options and rules are unknown"));
    CHECK_FALSE(contains(said.err, "detach"));
  }
  CHECK(lsmith_says({"detach", "web"}).status == 0);
}

TEST_CASE("pin: a directory that others may write to is not trusted, by verbs that change pins and by those that read them") {
  lsmith_says({"detach", "web"});
  REQUIRE(chown("/sys/fs/bpf/lsmith", 4711, 4711) == 0);
  for (const std::vector<std::string>& words : {pin_words(), {"watch", "web"}, {"report", "web"}, {"detach", "web"}}) {
    const outcome refused = lsmith_says(words);
    CHECK(refused.status == 1);
    CHECK(contains(refused.err, "'/sys/fs/bpf/lsmith' belongs to uid 4711"));
  }
  const outcome status = lsmith_says({"status", "web"});
  CHECK(status.status == 4);
  CHECK(contains(status.err, "'/sys/fs/bpf/lsmith' belongs to uid 4711"));
  REQUIRE(chown("/sys/fs/bpf/lsmith", 0, 0) == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("pin: without a bpffs, the error says how to mount one") {
  REQUIRE(umount2("/sys/fs/bpf", MNT_DETACH) == 0);
  const outcome refused = lsmith_says(pin_words());
  CHECK(refused.status == 1);
  CHECK(contains(refused.err,
                 "'/sys/fs/bpf' is in no BPF file system, where policies are pinned; mount one: mount -t bpf bpf /sys/fs/bpf"));
  REQUIRE(mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr) == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("pin: a read-only bpffs, and one of a mount namespace alone, are told with what to do") {
  const auto in_own_mounts = [](const std::function<int()>& body) {
    return in_child([&] {
      if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 101;
      return body();
    });
  };
  CHECK(in_own_mounts([] {
          if (mount("bpf", "/sys/fs/bpf", "bpf", MS_RDONLY, nullptr) != 0) return 102;
          const outcome refused = lsmith_says(pin_words());
          return refused.status == 1 &&
                         contains(refused.err, "EROFS (read-only file system); make the BPF file system writable: ")
                     ? 0
                     : 1;
        }) == 0);
  CHECK(in_own_mounts([] {
          if (mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr) != 0) return 102;
          const pinned_web web;
          return web.said.status == 0 && contains(web.said.err, "is not the BPF file system of process 1: the policy ends") ? 0
                                                                                                                            : 1;
        }) == 0);
  const pinned_web web;
  CHECK(web.said.status == 0);
  CHECK_FALSE(contains(web.said.err, "process 1"));
}

TEST_CASE("with kernel.ftrace_enabled=0 no program runs: run fails, status and doctor report it; once it is 1, they run") {
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
    MESSAGE("while a policy is enforced, the kernel " << std::string(switched ? "lets" : "does not let")
                                                      << " the tracer be switched off");
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

TEST_SUITE_END();

// Started with nothing mounted but /proc and /dev.
TEST_SUITE_BEGIN("no_types");

TEST_CASE("list and status: if nothing is mounted, nothing is pinned, and list says so") {
  CHECK(lsmith_says({"status", "web"}).status == 3);
  CHECK(contains(lsmith_says({"list"}).out, "no LSM program is loaded and nothing is pinned"));
  const outcome refused = lsmith_says(pin_words());
  CHECK(refused.status == 1);
  INFO(refused.err);
  // Since 5.11 the kernel's types are found by their BTF id, without a file. Before that, this fails first.
  const bool has_types = loader::running_kernel() >= loader::kernel_version{5, 11};
  CHECK(contains(refused.err, has_types ? "mount one: mount -t bpf bpf /sys/fs/bpf" : "/sys/kernel/btf/vmlinux"));
}

TEST_SUITE_END();
