// Which processes a policy binds: processes inside and outside the scope try what it denies, for policies of both levels.
#include <doctest/doctest.h>

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/asm/dsl/lowering/tracking.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// A process that runs one of these tasks on request, and reports its result.
class worker {
 public:
  explicit worker(std::vector<std::function<int()>> tasks) {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, channel_) == 0);
    std::fflush(nullptr);
    id_ = fork();
    REQUIRE(id_ >= 0);
    if (id_ != 0) return;
    for (unsigned char which; read(channel_[1], &which, 1) == 1;) {
      const int returned = tasks[which]();
      if (write(channel_[1], &returned, sizeof returned) != sizeof returned) break;
    }
    _exit(0);
  }
  ~worker() { end(); }
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  int run(unsigned char which = 0) const {
    int returned = -1;
    if (write(channel_[0], &which, 1) != 1 || read(channel_[0], &returned, sizeof returned) != sizeof returned) return -1;
    return returned;
  }
  void end() {
    if (id_ <= 0) return;
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
    for (const int each : channel_) close(each);
    id_ = 0;
  }
  pid_t id() const { return id_; }
  std::uint32_t number() const { return static_cast<std::uint32_t>(id_); }

 private:
  pid_t id_ = 0;
  int channel_[2] = {-1, -1};
};

int try_packet() { return try_socket(AF_PACKET); }
int try_in_child() { return in_child(try_packet); }

/// Tries it in a process whose parent has ended: a walk over its parents no longer leads to the root.
int try_after_two_forks() {
  int channel[2];
  if (pipe(channel) != 0) return 255;
  in_child([&]() -> int {
    const pid_t parent = getpid();
    if (fork() != 0) _exit(0);
    for (int i = 0; i < 10'000 && getppid() == parent; ++i) usleep(1000);
    const int outcome = getppid() == parent ? 255 : try_packet();
    if (write(channel[1], &outcome, sizeof outcome) != sizeof outcome) _exit(1);
    _exit(0);
  });
  int outcome = 255;
  if (read(channel[0], &outcome, sizeof outcome) != sizeof outcome) outcome = 254;
  close(channel[0]);
  close(channel[1]);
  return outcome;
}

int try_in_thread() {
  int outcome = 255;
  std::thread([&] { outcome = try_packet(); }).join();
  return outcome;
}

/// Tries it in a new process with this pid, which must be free.
int try_as(pid_t number) {
  pid_t requested[] = {number};
  clone_args how{};
  how.exit_signal = SIGCHLD;
  how.set_tid = reinterpret_cast<std::uint64_t>(requested);
  how.set_tid_size = 1;
  std::fflush(nullptr);
  const long child = syscall(SYS_clone3, &how, sizeof how);
  if (child == 0) _exit(try_packet());
  if (child < 0) return 255;
  int status = 0;
  waitpid(static_cast<pid_t>(child), &status, 0);
  return WEXITSTATUS(status);
}

/// A policy that denies AF_PACKET, written at one of the levels.
struct level {
  const char* name;
  std::function<checked<object>(const scope&)> make;
};
const level levels[] = {
    {"dsl",
     [](const scope& who) {
       return dsl::lsm(small_kernel_types(), "socket_create",
                       [](dsl::hook& h) { h.when(h.arg("family") == AF_PACKET, [&] { h.deny(EPERM); }); }, {.scope = who});
     }},
    {"exact", [](const scope& who) { return programs::deny_socket_family({AF_PACKET}, {.scope = who}); }},
};

/// The object with another scope of the same kind.
object with(object policy, scope who) {
  policy.scope = std::move(who);
  return policy;
}

/// Runs `body` with the policy of each level, for a scope whose process or namespace the body sets.
template <class Body>
void for_both_levels(const scope& who, Body body) {
  for (const level& each : levels) {
    CAPTURE(each.name);
    const auto policy = each.make(who);
    if (!policy) MESSAGE(to_string(policy.error()));
    REQUIRE(policy);
    body(*policy);
  }
}

loader::enforcement enforced(const object& policy) {
  auto enforced = loader::enforce(policy);
  if (!enforced) MESSAGE(to_string(enforced.error()) << "\n" << enforced.error().log);
  REQUIRE(enforced);
  return std::move(*enforced);
}

/// The sentence of an object that cannot be enforced.
std::string refused(const object& policy) {
  const auto enforced = loader::enforce(policy);
  REQUIRE_FALSE(enforced.has_value());
  return to_string(enforced.error());
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("scope: a process tree is its root and all its descendants, and no other process") {
  for_both_levels(scope::tree(0), [](const object& policy) {
    const worker root({try_packet, try_in_child, try_in_thread});
    {
      const auto running = enforced(with(policy, scope::tree(root.number())));
      CHECK(root.run(0) == EPERM);
      CHECK(root.run(1) == EPERM);
      CHECK(root.run(2) == EPERM);
      CHECK(try_packet() == 0);
      CHECK(try_in_child() == 0);
    }
    CHECK(root.run(0) == 0);
  });
}

TEST_CASE("scope: a process cannot leave a process tree by forking twice") {
  for_both_levels(scope::tree(0), [](const object& policy) {
    const worker root({try_after_two_forks});
    const auto running = enforced(with(policy, scope::tree(root.number())));
    CHECK(root.run() == EPERM);
    CHECK(try_after_two_forks() == 0);
  });
}

TEST_CASE("scope: a process that was forked before the policy is part of the tree") {
  for_both_levels(scope::tree(0), [](const object& policy) {
    int channel[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0);
    const worker root({[&] {
      const pid_t child = fork();
      if (child == 0) {
        char go = 0;
        const int outcome = read(channel[1], &go, 1) == 1 ? try_after_two_forks() : 255;
        _exit(write(channel[1], &outcome, sizeof outcome) == sizeof outcome ? 0 : 1);
      }
      return child > 0 ? 0 : 255;
    }});
    REQUIRE(root.run() == 0);
    const auto running = enforced(with(policy, scope::tree(root.number())));
    int outcome = 255;
    REQUIRE(write(channel[0], "x", 1) == 1);
    REQUIRE(read(channel[0], &outcome, sizeof outcome) == sizeof outcome);
    CHECK(outcome == EPERM);
    close(channel[0]);
    close(channel[1]);
  });
}

TEST_CASE("scope: when the tree's root has ended, its children stay bound, and a new process with its pid is not") {
  for_both_levels(scope::tree(0), [](const object& policy) {
    int channel[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0);
    worker root({[&] {
      if (fork() != 0) return 0;
      char go = 0;
      const int outcome = read(channel[1], &go, 1) == 1 ? try_packet() : 255;
      _exit(write(channel[1], &outcome, sizeof outcome) == sizeof outcome ? 0 : 1);
    }});
    const pid_t number = root.id();
    const auto running = enforced(with(policy, scope::tree(root.number())));
    REQUIRE(root.run() == 0);
    usleep(20'000);  // start times are compared in units of 10 ms
    root.end();
    int outcome = 255;
    REQUIRE(write(channel[0], "x", 1) == 1);
    REQUIRE(read(channel[0], &outcome, sizeof outcome) == sizeof outcome);
    CHECK(outcome == EPERM);
    CHECK(try_as(number) == 0);
    close(channel[0]);
    close(channel[1]);
  });
}

TEST_CASE("scope: a tree without room for another mark cannot fork, and other processes can") {
  for_both_levels(scope::tree(0), [](object policy) {
    for (map& each : policy.maps)
      if (each.name == reserved::scope_tree) each.entries = 4;
    const worker root({[] {
      std::vector<pid_t> children;
      int problem = 0;
      for (int i = 0; i < 64 && problem == 0; ++i) {
        const pid_t child = fork();
        if (child == 0) {
          pause();
          _exit(0);
        }
        if (child < 0) problem = errno;
        else children.push_back(child);
      }
      for (const pid_t each : children) {
        kill(each, SIGKILL);
        waitpid(each, nullptr, 0);
      }
      return problem;
    }});
    const auto running = enforced(with(policy, scope::tree(root.number())));
    CHECK(root.run() == EAGAIN);
    CHECK(try_in_child() == 0);
  });
}

TEST_CASE("scope: a mount namespace binds the processes in it") {
  for_both_levels(scope::mount_ns({}), [](const object& policy) {
    const worker inside({[] { return unshare(CLONE_NEWNS) == 0 ? 0 : errno; }, try_packet, try_in_child});
    REQUIRE(inside.run(0) == 0);
    const std::string number = std::to_string(inside.id());
    for (const std::string& named : {number, "/proc/" + number + "/ns/mnt"}) {
      const auto running = enforced(with(policy, scope::mount_ns(named)));
      CHECK(inside.run(1) == EPERM);
      CHECK(inside.run(2) == EPERM);
      CHECK(try_packet() == 0);
    }
    const auto own = enforced(with(policy, scope::mount_ns("/proc/self/ns/mnt")));
    CHECK(inside.run(1) == 0);
    CHECK(try_packet() == EPERM);
  });
}

TEST_CASE("scope: a pid namespace binds the processes in it and in namespaces below, and not the process that created it") {
  for_both_levels(scope::pid_ns({}), [](const object& policy) {
    const auto in_namespace_below = [] { return unshare(CLONE_NEWPID) == 0 ? try_in_child() : 255; };
    const worker maker(
        {[] { return unshare(CLONE_NEWPID) == 0 ? 0 : errno; },
         [] { return static_cast<int>(fork() == 0 ? (pause(), _exit(0), 0) : 0); },  // keeps its first process alive
         try_packet, try_in_child, [&] { return in_child(in_namespace_below); }});
    REQUIRE(maker.run(0) == 0);
    REQUIRE(maker.run(1) == 0);
    const auto running = enforced(with(policy, scope::pid_ns("/proc/" + std::to_string(maker.id()) + "/ns/pid_for_children")));
    CHECK(maker.run(2) == 0);
    CHECK(maker.run(3) == EPERM);
    CHECK(maker.run(4) == EPERM);
    CHECK(try_packet() == 0);
    CHECK(in_child(in_namespace_below) == 0);
  });
}

TEST_CASE("scope: a namespace that contains another binds both") {
  for_both_levels(scope::pid_ns({}), [](const object& policy) {
    const auto running = enforced(with(policy, scope::pid_ns(std::to_string(getpid()))));
    CHECK(try_packet() == EPERM);
    CHECK(in_child([] { return unshare(CLONE_NEWPID) == 0 ? try_in_child() : 255; }) == EPERM);
  });
}

TEST_CASE("scope: if a process or namespace does not exist, the sentence names it, and nothing is attached") {
  for_both_levels(scope::tree(0), [](const object& policy) {
    CHECK(refused(with(policy, scope::tree(4'000'000))) == "there is no process 4000000");
    std::thread([&] {
      const auto thread = static_cast<std::uint32_t>(syscall(SYS_gettid));
      CHECK(refused(with(policy, scope::tree(thread))) == "there is no process " + std::to_string(thread));
    }).join();
    CHECK(refused(with(policy, scope::system())).starts_with("say which processes the policy binds"));
  });
  for_both_levels(scope::mount_ns({}), [](const object& policy) {
    CHECK(
        refused(with(policy, scope::mount_ns("/proc/self/ns/pid"))) ==
        "'/proc/self/ns/pid' is no mount namespace: EINVAL (invalid argument); name a process by its number, or a file as in /proc/1/ns");
    CHECK(
        refused(with(policy, scope::mount_ns("4000000"))) ==
        "'/proc/4000000/ns/mnt' is no mount namespace: ENOENT (no such file or directory); name a process by its number, or a file as in /proc/1/ns");
    CHECK(refused(with(policy, scope::uid(3))) == "the object has no constant 'scope_uid'");
  });
  CHECK(try_packet() == 0);
}
TEST_SUITE_END();
