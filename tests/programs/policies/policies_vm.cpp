// Policies that are enforced on a real kernel: what they deny, what they allow, and that nothing is left when they end.
#include <doctest/doctest.h>

#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using programs::event;
using programs::event_channel;

constexpr uid_t some_uid = 4711;

checked<object> mprotect_audit(const programs::common_choices& choices = {}) { return made("mprotect-audit", {}, choices).whole; }

object dry(checked<object> policy) {
  REQUIRE(policy);
  REQUIRE(policy->set(reserved::denial, 0));
  return *policy;
}

/// A policy at the exact level: denies one family with this errno, and keeps the denial of an earlier program.
checked<object> refuse_family(int family, int number) {
  using namespace isa;
  assembler code;
  const label leave = code.new_label("leave");
  code({
      load(r0, mem64[r1 + previous_retval()]),
      jne(w0, 0, leave),
      load(r2, mem64[r1 + argument("family")]),
      jne(w2, family, leave),
      mov(r0, -number),
      bind(leave),
      exit(),
  });
  auto finished = std::move(code).finish();
  if (!finished) return std::unexpected(finished.error());
  object whole;
  whole.programs.push_back(make_program("refuse_family", "socket_create", std::move(*finished)));
  return whole;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("deny-socket-family: a listed family is refused, others are not, and none is refused after the policy ends") {
  REQUIRE(try_socket(AF_PACKET) == 0);
  {
    const auto policy = require_enforced(programs::deny_socket_family({AF_PACKET, AF_ALG}));
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_ALG) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
    CHECK(try_socket(AF_UNIX) == 0);
    CHECK(try_socket(AF_NETLINK) == 0);
  }
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("deny-socket-family: every one of many calls is refused") {
  const auto policy = require_enforced(programs::deny_socket_family({AF_PACKET}, {.events = event_channel::none}));
  int passed = 0;
  for (int i = 0; i < 5000; ++i) passed += try_socket(AF_PACKET) != EPERM;
  CHECK(passed == 0);
}

TEST_CASE("deny-socket-family: sockets that the kernel creates for itself are allowed") {
  const auto policy = require_enforced(programs::deny_socket_family({AF_INET, AF_INET6, AF_NETLINK}));
  CHECK(try_socket(AF_NETLINK) == EPERM);
  // For a new network namespace, the kernel creates control sockets of these families.
  CHECK(in_child([] { return unshare(CLONE_NEWNET) == 0 ? 0 : errno; }) == 0);
}

TEST_CASE("deny-socket-family: a scope of one uid binds only that uid") {
  const auto policy = require_enforced(programs::deny_socket_family({AF_UNIX}, {.scope = scope::uid(some_uid)}));
  CHECK(as_user(some_uid, [] { return try_socket(AF_UNIX); }) == EPERM);
  CHECK(as_user(some_uid + 1, [] { return try_socket(AF_UNIX); }) == 0);
  CHECK(try_socket(AF_UNIX) == 0);
}

TEST_CASE("deny-socket-family: a scope of the largest uid binds it") {
  constexpr uid_t largest = 4294967294u;
  const auto policy = require_enforced(programs::deny_socket_family({AF_UNIX}, {.scope = scope::uid(largest)}));
  CHECK(as_user(largest, [] { return try_socket(AF_UNIX); }) == EPERM);
  CHECK(try_socket(AF_UNIX) == 0);
}

TEST_CASE("deny-socket-family: a scope of one process binds only that process") {
  const auto policy = require_enforced(programs::deny_socket_family({AF_UNIX}, {.scope = scope::pid(static_cast<std::uint32_t>(getpid()))}));
  CHECK(try_socket(AF_UNIX) == EPERM);
  CHECK(in_child([] { return try_socket(AF_UNIX); }) == 0);
}

TEST_CASE("deny-socket-family: a scope of one cgroup binds it and the cgroups below it") {
  const temporary_cgroup bound("lsmith-bound"), below("lsmith-bound/below"), sibling("lsmith-sibling");
  const auto policy = require_enforced(programs::deny_socket_family({AF_UNIX}, {.scope = scope::cgroup(bound.path())}));
  CHECK(in_child([&] { return bound.join() ? try_socket(AF_UNIX) : 255; }) == EPERM);
  CHECK(in_child([&] { return below.join() ? try_socket(AF_UNIX) : 255; }) == EPERM);
  CHECK(in_child([&] { return sibling.join() ? try_socket(AF_UNIX) : 255; }) == 0);
  CHECK(try_socket(AF_UNIX) == 0);
}

TEST_CASE("deny-socket-family: a denial is reported with the values that decided, through either kind of buffer") {
  for (const event_channel through : {event_channel::ring_buffer, event_channel::perf_buffer}) {
    CAPTURE(static_cast<int>(through));
    auto policy = require_enforced(programs::deny_socket_family({AF_PACKET}, {.events = through}));
    auto reader = loader::event_reader::open(*policy.find_map(reserved::events));
    REQUIRE(reader);
    REQUIRE(socket(AF_PACKET, SOCK_RAW, 3) < 0);
    REQUIRE(try_socket(AF_INET) == 0);

    std::vector<event> all;
    reader->drain([&](bytes record) { all.push_back(read_as<event>(record.data())); });
    REQUIRE(all.size() == 1);
    CHECK(all[0].retval == -EPERM);
    CHECK(all[0].process == static_cast<std::uint32_t>(getpid()));
    CHECK(all[0].uid == 0);
    CHECK(all[0].values[0] == AF_PACKET);
    CHECK(all[0].values[1] == SOCK_RAW);
    CHECK(all[0].values[2] == 3);
    CHECK(all[0].comm[0] != 0);
  }
}

TEST_CASE("deny-socket-family: a dry run reports the call and allows it") {
  const auto policy = require_enforced(dry(programs::deny_socket_family({AF_PACKET})));
  CHECK(try_socket(AF_PACKET) == 0);
  const auto all = events_of<event>(policy);
  REQUIRE(all.size() == 1);
  CHECK(all[0].retval == 0);
}

TEST_CASE("deny-socket-family: a full event buffer changes no verdict, and every lost event is counted") {
  const auto policy = require_enforced(programs::deny_socket_family({AF_PACKET}));
  constexpr std::uint64_t attempts = 6000;
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < attempts; ++i) refused += try_socket(AF_PACKET) == EPERM;
  CHECK(refused == attempts);
  const auto lost = loader::read_counter(*policy.find_map(reserved::lost));
  REQUIRE(lost);
  CHECK(*lost > 0);
  CHECK(events_of<event>(policy).size() + *lost == attempts);
}

TEST_CASE("an earlier program's denial is kept, whichever program was attached first") {
  for (const bool ours_first : {true, false}) {
    CAPTURE(ours_first);
    const auto first = require_enforced(ours_first ? programs::deny_socket_family({AF_PACKET}) : refuse_family(AF_NETLINK, EACCES));
    const auto second = require_enforced(ours_first ? refuse_family(AF_NETLINK, EACCES) : programs::deny_socket_family({AF_PACKET}));
    CHECK(try_socket(AF_NETLINK) == EACCES);
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
  }
}

TEST_CASE("if an earlier program denies the same call, its errno is returned") {
  // The kernel runs the program that was attached last first.
  const auto ours = require_enforced(programs::deny_socket_family({AF_PACKET}));
  const auto earlier = require_enforced(refuse_family(AF_PACKET, EACCES));
  CHECK(try_socket(AF_PACKET) == EACCES);
  CHECK(events_of<event>(ours).empty());
}

TEST_CASE("mprotect-audit: an earlier program's denial is kept, within and outside the heap") {
  using namespace isa;
  assembler code;
  code({mov(r0, -EACCES), exit()});
  object everything;
  everything.programs.push_back(make_program("refuse_all", "file_mprotect", *std::move(code).finish()));
  const auto outcome = in_child([&] {
    const auto ours = loader::enforce(*mprotect_audit());
    const auto earlier = loader::enforce(everything);
    if (!ours || !earlier) return 255;
    return try_mapped_mprotect() == EACCES && try_heap_mprotect() == EACCES ? 0 : 1;
  });
  CHECK(outcome == 0);
}

TEST_CASE("mprotect-audit: the protection of the heap cannot be changed, that of other memory can") {
  REQUIRE(in_child(try_heap_mprotect) == 0);
  {
    const auto policy = require_enforced(mprotect_audit());
    CHECK(in_child(try_heap_mprotect) == EPERM);
    CHECK(in_child(try_mapped_mprotect) == 0);
    const auto all = events_of<event>(policy);
    REQUIRE(all.size() == 1);
    CHECK(all[0].retval == -EPERM);
    CHECK(all[0].values[1] < all[0].values[2]);
  }
  CHECK(in_child(try_heap_mprotect) == 0);
}

TEST_CASE("mprotect-audit: a dry run reports the call and allows it") {
  const auto policy = require_enforced(dry(mprotect_audit()));
  CHECK(in_child(try_heap_mprotect) == 0);
  CHECK(events_of<event>(policy).size() == 2);  // read-only, and back
}

TEST_CASE("mprotect-audit: a scope of one uid binds only that uid") {
  const auto policy = require_enforced(mprotect_audit({.scope = scope::uid(some_uid)}));
  CHECK(as_user(some_uid, try_heap_mprotect) == EPERM);
  CHECK(as_user(some_uid + 1, try_heap_mprotect) == 0);
}

TEST_CASE("a policy ends with the process that enforces it, even if that process is killed") {
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t holder = fork();
  if (holder == 0) {
    const auto policy = loader::enforce(*programs::deny_socket_family({AF_PACKET}));
    const char word = policy ? 'y' : 'n';
    (void)!write(ready[1], &word, 1);
    for (;;) pause();
  }
  char word = 0;
  REQUIRE(read(ready[0], &word, 1) == 1);
  REQUIRE(word == 'y');
  CHECK(try_socket(AF_PACKET) == EPERM);
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  // The kernel releases the links of a dead process shortly after it is reaped.
  int outcome = EPERM;
  for (int i = 0; i < 100 && outcome == EPERM; ++i) {
    outcome = try_socket(AF_PACKET);
    if (outcome == EPERM) usleep(10'000);
  }
  CHECK(outcome == 0);
}

TEST_CASE("no descriptor is left open by a policy that was enforced, or that could not be") {
  const std::size_t before = open_descriptors();
  {
    const auto policy = require_enforced(programs::deny_socket_family({AF_PACKET}, {.scope = scope::cgroup("/sys/fs/cgroup")}));
    auto reader = loader::event_reader::open(*policy.find_map(reserved::events));
    CHECK(reader.has_value());
    CHECK(open_descriptors() > before);
  }
  CHECK(open_descriptors() == before);
  CHECK_FALSE(loader::enforce(*programs::deny_socket_family({AF_PACKET}, {.scope = scope::cgroup("/tmp")})));
  CHECK(open_descriptors() == before);
}

TEST_CASE("if the scope's path is no cgroup, the error names it, and nothing is attached") {
  const auto refused = loader::enforce(*programs::deny_socket_family({AF_PACKET}, {.scope = scope::cgroup("/tmp")}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why() == cause::cgroup_invalid);
  CHECK(to_string(refused.error()).find("'/tmp' is no cgroup") != std::string::npos);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("a scope for which the object has no test is an error: the policy would bind every process") {
  auto policy = programs::deny_socket_family({AF_PACKET});
  policy->scope = scope::uid(some_uid);
  const auto refused = loader::enforce(*policy);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why() == cause::unknown_constant);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("a scope that the object tests, and that is not its scope, is an error: the policy would bind uid 0, or no process") {
  for (const scope& who : {scope::uid(1), scope::pid(1), scope::cgroup("/sys/fs/cgroup")}) {
    auto policy = programs::deny_socket_family({AF_PACKET}, {.scope = who});
    policy->scope = scope::system();
    const auto refused = loader::enforce(*policy);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why() == cause::scope_missing);
  }
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("a program for one cgroup is attached to it, and runs only for its processes (6.0+)") {
  using namespace isa;
  assembler code;
  code({mov(r0, 0), isa::exit()});  // a cgroup program denies with 0
  object whole;
  whole.programs.push_back(make_program("cgroup_deny", "socket_bind", *std::move(code).finish()));
  whole.programs[0].attach = attach_kind::lsm_cgroup;
  CHECK(loader::enforce(whole).error().why() == cause::scope_missing);
  if (loader::running_kernel() < loader::kernel_version{6, 0}) {
    CHECK_FALSE(loader::enforce(whole, {.attach_cgroup = "/sys/fs/cgroup"}).has_value());
    return;
  }
  const temporary_cgroup bound("lsmith-attached");
  const auto try_bind = [] {
    sockaddr_un nowhere{.sun_family = AF_UNIX, .sun_path = "\0lsmith-test"};
    const int opened = socket(AF_UNIX, SOCK_STREAM, 0);
    return bind(opened, reinterpret_cast<const sockaddr*>(&nowhere), sizeof nowhere) == 0 ? 0 : errno;
  };
  const auto policy = require_enforced(whole, {.attach_cgroup = bound.path(), .despite_faults = true});
  CHECK(in_child([&] { return bound.join() ? try_bind() : 255; }) == EPERM);
  CHECK(in_child(try_bind) == 0);
}

TEST_CASE("for a program that the verifier refuses, the error has the verifier's reason and the C++ line") {
  using namespace isa;
  assembler code;
  code({load(r1, mem64[r1 + argument("family")])});
  code({load(r0, mem64[r1 + 0])}); const int wrong_line = __LINE__;
  code({exit()});
  object whole;
  whole.programs.push_back(make_program("wrong", "socket_create", *std::move(code).finish()));
  const auto refused = loader::enforce(whole);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why() == cause::verifier_rejected);
  CHECK(refused.error().what[0].where.line == wrong_line);
  CHECK(refused.error().reason.find("invalid mem access") != std::string::npos);
  // The kernel's log also names the line.
  CHECK(refused.error().log.find("policies_vm.cpp:" + std::to_string(wrong_line) + ":") != std::string::npos);
}

TEST_CASE("for a hook that this kernel lacks, the error has its name") {
  using namespace isa;
  assembler code;
  code({mov(r0, 0), exit()});
  object whole;
  whole.programs.push_back(make_program("nowhere", "socket_creat", *std::move(code).finish()));
  const auto refused = loader::enforce(whole);
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error()) == "there is no LSM hook 'socket_creat'");
}

TEST_CASE("without privilege nothing is attached, and the missing capability is named") {
  const int outcome = as_user(some_uid, [] {
    const auto refused = loader::enforce(*programs::deny_socket_family({AF_PACKET}));
    if (refused) return 1;
    if (refused.error().why() != cause::missing_capability) return 2;
    return to_string(refused.error()).find("CAP_BPF and CAP_PERFMON") != std::string::npos ? 0 : 3;
  });
  CHECK(outcome == 0);
}

TEST_SUITE_END();
