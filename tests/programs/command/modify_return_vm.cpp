// Policies enforced with --via modify-return: their programs replace the kernel's security_… functions. That needs no bpf among
// the active LSMs (suite "inactive"); suite "lsm" tests it together with LSM programs.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/resolve/attach_point.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/caller.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

bool bpf_is_active() {
  const auto active = loader::active_lsms();
  return active && std::ranges::find(*active, "bpf") != active->end();
}

int try_packet() { return try_socket(AF_PACKET); }

int after_detaching(int family) {
  for (int i = 0; i < 500; ++i) {
    if (const int outcome = try_socket(family); outcome != EPERM) return outcome;
    usleep(10'000);
  }
  return EPERM;
}

const std::vector<std::string> pinned_modify_return{"run",   "deny-socket-family", "--family", "AF_PACKET", "--system",
                                                    "--via", "modify-return",      "--pin",    "stand-in"};

/// Three processes make the denied call by turns on one CPU, until one call is allowed or `enough` calls were made. Returns how
/// many calls were allowed.
std::uint64_t allowed_under_load(std::uint64_t enough) {
  caller all[] = {caller(try_packet), caller(try_packet), caller(try_packet)};
  const auto sum = [&](auto count) {
    return std::accumulate(std::begin(all), std::end(all), std::uint64_t{0},
                           [&](std::uint64_t so_far, const caller& one) { return so_far + (one.*count)(); });
  };
  while (sum(&caller::succeeded) == 0 && sum(&caller::tries) < enough) usleep(10'000);
  for (caller& one : all) one.stop();
  MESSAGE(sum(&caller::tries) << " denied calls, of which " << sum(&caller::succeeded) << " were allowed");
  return sum(&caller::succeeded);
}

/// The kernel's bpf(2), except that it reports every LSM program as skipped for three calls (recursion_misses).
long reporting_misses(loader::abi::command what, void* attributes, std::uint32_t size) {
  const auto& request = *static_cast<const loader::abi::info_by_fd*>(attributes);
  const bool of_program = what == loader::abi::command::obj_get_info_by_fd && request.info_len == sizeof(loader::abi::prog_info);
  const long result = loader::kernel_bpf(what, attributes, size);
  if (!of_program) return result;
  auto& info = *reinterpret_cast<loader::abi::prog_info*>(request.info);
  if (info.type == static_cast<std::uint32_t>(loader::abi::prog_type::lsm)) info.recursion_misses = 3;
  return result;
}

/// The smallest program for a hook, attached as modify_return: it allows everything.
object allowing(std::string_view hook) {
  using namespace isa;
  assembler code;
  code({mov(r0, 0), exit()});
  object whole;
  whole.programs.push_back(make_program("stand_in", hook, *std::move(code).finish()));
  whole.programs[0].attach = attach_kind::modify_return;
  return whole;
}

}  // namespace

TEST_SUITE_BEGIN("inactive");

TEST_CASE("modify-return: a policy denies, allows the rest, reports events, and ends with its command") {
  CHECK_FALSE(bpf_is_active());
  for (const char* scope : {"--system", "--uid=0"}) {
    CAPTURE(scope);
    process run({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_PACKET", scope, "--via", "modify-return"});
    const bool binds = run.wait_for("no LSM sees a call that they deny");
    INFO(run.err());
    REQUIRE(binds);
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
    CHECK(run.wait_for("denied socket_create"));
    run.signal(SIGINT);
    CHECK(run.finish() == 0);
    CHECK(contains(run.out(), "family=AF_PACKET"));
    CHECK(contains(run.err(), "1 event, 0 lost"));
    CHECK(after_detaching(AF_PACKET) == 0);
  }
}

TEST_CASE("modify-return: a scope binds only its processes, a dry run denies nothing, and perf buffers report events too") {
  {
    process run({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_INET", "--uid", "4711", "--via", "modify-return"});
    REQUIRE(run.wait_for("no LSM sees a call that they deny"));
    CHECK(try_socket(AF_INET) == 0);
    CHECK(as_user(4711, [] { return try_socket(AF_INET); }) == EPERM);
  }
  const temporary_cgroup cgroup("lsmith-stand-in");
  {
    process run({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_INET", "--cgroup", cgroup.path(), "--via",
                 "modify-return", "--perf-buffer"});
    REQUIRE(run.wait_for("no LSM sees a call that they deny"));
    CHECK(try_socket(AF_INET) == 0);
    CHECK(in_child([&] { return cgroup.join() ? try_socket(AF_INET) : 255; }) == EPERM);
    CHECK(run.wait_for("denied socket_create"));
  }
  process dry({"/bin/lsmith", "run", "mprotect-audit", "--system", "--dry-run", "--via", "modify-return"});
  REQUIRE(dry.wait_for("watches every process"));
  CHECK(in_child(try_heap_mprotect) == 0);
  CHECK(dry.wait_for("would-deny file_mprotect"));
}

TEST_CASE("modify-return: a pinned policy is listed, enforced, reloaded and detached like any other") {
  const outcome pinned = lsmith_says(pinned_modify_return);
  INFO(pinned.err);
  REQUIRE(pinned.status == 0);
  CHECK(contains(pinned.err, "no LSM sees a call that they deny"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  const outcome status = lsmith_says({"status", "stand-in"});
  CHECK(status.status == 0);
  CHECK(contains(status.out, "replace functions of the kernel"));
  CHECK(contains(status.out, "--via=modify-return"));
  CHECK(contains(lsmith_says({"list"}).out, "socket_create, modify-return"));
  CHECK(contains(lsmith_says({"report", "stand-in"}).out, "family=AF_PACKET"));
  CHECK(lsmith_says({"reload", "stand-in", "--family", "AF_PACKET,AF_KEY"}).status == 0);
  CHECK(try_socket(AF_KEY) == EPERM);
  if (!bpf_is_active()) {
    const outcome back = lsmith_says({"reload", "stand-in", "--via", "lsm"});
    CHECK(back.status == 1);
    CHECK(contains(back.err, "until then, run the policy with --via modify-return"));
    CHECK(try_socket(AF_KEY) == EPERM);
  }
  CHECK(lsmith_says({"detach", "stand-in"}).status == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("modify-return: of processes on one CPU some calls may be allowed; list and status count exactly those as missed") {
  const outcome pinned = lsmith_says(pinned_modify_return);
  REQUIRE(pinned.status == 0);
  CHECK(contains(pinned.err, "on a preemptible kernel a program is skipped, and its call allowed"));
  const std::uint64_t passed = allowed_under_load(300'000);
  const outcome status = lsmith_says({"status", "stand-in"}), list = lsmith_says({"list", "--json"});
  lsmith_says({"detach", "stand-in"});
  CHECK(status.status == 0);
  const std::string number = std::to_string(passed);
  CHECK(contains(status.out, "missed " + number) == (passed != 0));
  CHECK(contains(list.out, "\"missed\":" + number + "}"));
}

TEST_CASE("modify-return: show lists the program as it is loaded, with the function that it replaces") {
  const outcome shown =
      lsmith_says({"show", "deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "modify-return"});
  INFO(shown.err);
  CHECK(shown.status == 0);
  CHECK(contains(shown.out, "socket_create on security_socket_create (BTF id "));
}

TEST_CASE("modify-return: a hook whose function does more than ask the LSMs is refused by name, before anything is loaded") {
  for (const char* hook : {"inode_init_security", "file_alloc_security", "sb_set_mnt_opts", "secid_to_secctx"}) {
    const auto refused = loader::load(allowing(hook));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why() == cause::hook_not_decisive);
    CHECK(contains(to_string(refused.error()), "security_" + std::string(hook) + " does more than ask the LSMs"));
  }
}

TEST_CASE("modify-return: --via with any other word is wrong usage") {
  const outcome refused = lsmith_says({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "kprobe"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "'kprobe' is no value for --via: it takes lsm or modify-return"));
}

TEST_CASE("doctor: where bpf is no active LSM, it says that modify-return works") {
  const outcome got = lsmith_says({"doctor"});
  CHECK(got.status == 1);
  INFO(got.out);
  CHECK(contains(got.out, "--via modify-return was seen to decide"));
}

TEST_SUITE_END();

// Where bpf is an active LSM: both attachments together.
TEST_SUITE_BEGIN("lsm");

TEST_CASE("of processes on one CPU no call is allowed by an LSM program that denies it") {
  REQUIRE(lsmith_says({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "guard"}).status == 0);
  CHECK(allowed_under_load(300'000) == 0);
  CHECK(lsmith_says({"detach", "guard"}).status == 0);
}

TEST_CASE("list, status and run: show the calls for which the kernel skipped a program, if there are any") {
  const std::vector<std::string> run{"run", "deny-socket-family", "--family", "AF_PACKET", "--system"};
  auto pin = run, brief = run;
  pin.insert(pin.end(), {"--pin", "guard"});
  brief.insert(brief.end(), {"--for", "0s"});
  REQUIRE(lsmith_says(pin).status == 0);
  for (const char* verb : {"list", "status"}) {
    const std::vector<std::string> words =
        verb == std::string("list") ? std::vector<std::string>{verb} : std::vector<std::string>{verb, "guard"};
    CHECK_FALSE(contains(lsmith_says(words).out, "issed"));
  }
  CHECK_FALSE(contains(lsmith_says({"list"}).out, "MISSED"));
  CHECK(contains(lsmith_says(brief).err, "ended: 0 events, 0 lost\n"));
  {
    const loader::replaced_bpf replaced(reporting_misses);
    const std::string list = lsmith_says({"list"}).out;
    CHECK(contains(list, "LOST  MISSED\n"));
    CHECK(contains(list, "0     3\n"));
    CHECK(contains(lsmith_says({"list", "--json"}).out, "\"lost\":0,\"missed\":3}"));
    CHECK(contains(lsmith_says({"status", "guard"}).out,
                   "missed 3 calls: the kernel skips a program while another process is preempted inside it"));
    CHECK(contains(lsmith_says({"status", "guard", "--json"}).out, "\"missed\":3"));
    CHECK(contains(lsmith_says(brief).err, "ended: 0 events, 0 lost, 3 calls missed\n"));
  }
  CHECK(lsmith_says({"detach", "guard"}).status == 0);
}

TEST_CASE("modify-return: where bpf is an active LSM both attachments deny, and listings distinguish them") {
  process plain({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(plain.wait_for("binds every process"));
  process before({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "modify-return"});
  REQUIRE(before.wait_for("no LSM sees a call that they deny"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(before.wait_for("denied socket_create"));
  const auto all = loader::lsm_programs();
  REQUIRE(all);
  CHECK(std::ranges::count_if(*all, [](const auto& one) { return one.replaces_function; }) == 1);
  before.signal(SIGINT);
  CHECK(before.finish() == 0);
  CHECK(try_socket(AF_PACKET) == EPERM);
  plain.signal(SIGINT);
  CHECK(plain.finish() == 0);
  CHECK(contains(plain.err(), "1 event, 0 lost"));  // modify-return denied the first call before any LSM ran
  CHECK(after_detaching(AF_PACKET) == 0);
}

TEST_SUITE_END();
