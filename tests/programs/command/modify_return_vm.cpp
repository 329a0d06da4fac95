// Policies whose programs stand in for the kernel's own functions. The same tests run where bpf is an active LSM and where it
// is not, which is what this way is for.
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
#include <lsmith/asm/object/attach_point.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/caller.hpp>
#include <lsmith/tests/harness/command.hpp>
#include <lsmith/tests/harness/guest.hpp>
#include <lsmith/tests/harness/process.hpp>

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

const std::vector<std::string> pinned_modify_return{"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "modify-return", "--pin", "stand-in"};

/// Three processes make the forbidden call by turns on one processor until the kernel has let one of them pass, or long enough.
/// How many passed.
std::uint64_t passed_under_load(std::uint64_t enough) {
  caller all[] = {caller(try_packet), caller(try_packet), caller(try_packet)};
  const auto sum = [&](auto count) { return std::accumulate(std::begin(all), std::end(all), std::uint64_t{0}, [&](std::uint64_t so_far, const caller& one) { return so_far + (one.*count)(); }); };
  while (sum(&caller::succeeded) == 0 && sum(&caller::tries) < enough) usleep(10'000);
  for (caller& one : all) one.stop();
  MESSAGE(sum(&caller::tries) << " forbidden calls, of which " << sum(&caller::succeeded) << " passed");
  return sum(&caller::succeeded);
}

/// The kernel, that claims to have left every program of BPF LSM out of three calls.
long leaving_out(loader::abi::command what, void* attributes, std::uint32_t size) {
  const auto& asked = *static_cast<const loader::abi::info_by_fd*>(attributes);
  const bool of_program = what == loader::abi::command::obj_get_info_by_fd && asked.info_len == sizeof(loader::abi::prog_info);
  const long answer = loader::kernel_bpf(what, attributes, size);
  if (!of_program) return answer;
  auto& told = *reinterpret_cast<loader::abi::prog_info*>(asked.info);
  if (told.type == static_cast<std::uint32_t>(loader::abi::prog_type::lsm)) told.recursion_misses = 3;
  return answer;
}

/// The least program for a hook: it lets everything pass.
object pass(std::string_view hook) {
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

TEST_CASE("modify-return: a policy refuses, lets the rest pass, reports, and is gone with its command") {
  CHECK_FALSE(bpf_is_active());
  for (const char* scope : {"--system", "--uid=0"}) {
    CAPTURE(scope);
    process run({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_PACKET", scope, "--via", "modify-return"});
    const bool binds = run.wait_for("what they refuse no LSM hears of");
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

TEST_CASE("modify-return: a scope binds whom it names, a dry run nobody, and perf buffers report as well") {
  {
    process run({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_INET", "--uid", "4711", "--via", "modify-return"});
    REQUIRE(run.wait_for("no LSM hears of"));
    CHECK(try_socket(AF_INET) == 0);
    CHECK(as_user(4711, [] { return try_socket(AF_INET); }) == EPERM);
  }
  const temporary_cgroup cgroup("lsmith-stand-in");
  {
    process run({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_INET", "--cgroup", cgroup.path(), "--via", "modify-return", "--perf-buffer"});
    REQUIRE(run.wait_for("no LSM hears of"));
    CHECK(try_socket(AF_INET) == 0);
    CHECK(in_child([&] { return cgroup.join() ? try_socket(AF_INET) : 255; }) == EPERM);
    CHECK(run.wait_for("denied socket_create"));
  }
  process dry({"/bin/lsmith", "run", "mprotect-audit", "--system", "--dry-run", "--via", "modify-return"});
  REQUIRE(dry.wait_for("watches every process"));
  CHECK(in_child(try_heap_mprotect) == 0);
  CHECK(dry.wait_for("would-deny file_mprotect"));
}

TEST_CASE("modify-return: pinned, it is listed, in force, reloaded and detached like any policy") {
  const outcome pinned = lsmith_says(pinned_modify_return);
  INFO(pinned.err);
  REQUIRE(pinned.status == 0);
  CHECK(contains(pinned.err, "what they refuse no LSM hears of"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  const outcome status = lsmith_says({"status", "stand-in"});
  CHECK(status.status == 0);
  CHECK(contains(status.out, "stand in for the kernel's own functions"));
  CHECK(contains(status.out, "--via=modify-return"));
  CHECK(contains(lsmith_says({"list"}).out, "socket_create, modify-return"));
  CHECK(contains(lsmith_says({"report", "stand-in"}).out, "family=AF_PACKET"));
  CHECK(lsmith_says({"reload", "stand-in", "--family", "AF_PACKET,AF_KEY"}).status == 0);
  CHECK(try_socket(AF_KEY) == EPERM);
  if (!bpf_is_active()) {
    const outcome back = lsmith_says({"reload", "stand-in", "--via", "lsm"});
    CHECK(back.status == 1);
    CHECK(contains(back.err, "or run the policy with --via modify-return until then"));
    CHECK(try_socket(AF_KEY) == EPERM);
  }
  CHECK(lsmith_says({"detach", "stand-in"}).status == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("modify-return: of processes that share a processor some calls may pass, and those that did are the calls that list and status tell as missed") {
  const outcome pinned = lsmith_says(pinned_modify_return);
  REQUIRE(pinned.status == 0);
  CHECK(contains(pinned.err, "where the kernel interrupts processes inside itself, a call passes"));
  const std::uint64_t passed = passed_under_load(300'000);
  const outcome status = lsmith_says({"status", "stand-in"}), list = lsmith_says({"list", "--json"});
  lsmith_says({"detach", "stand-in"});
  CHECK(status.status == 0);
  const std::string number = std::to_string(passed);
  CHECK(contains(status.out, "missed " + number) == (passed != 0));
  CHECK(contains(list.out, "\"missed\":" + number + "}") == (passed != 0));
  CHECK(contains(list.out, "missed") == (passed != 0));
}

TEST_CASE("modify-return: show lists the program as it is loaded, for the function that it stands in for") {
  const outcome shown = lsmith_says({"show", "deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "modify-return"});
  INFO(shown.err);
  CHECK(shown.status == 0);
  CHECK(contains(shown.out, "socket_create on security_socket_create (BTF id "));
}

TEST_CASE("modify-return: every hook that only decides is stood in for, where the kernel has its function") {
  const auto kernel = loader::read_types();
  REQUIRE(kernel);
  int loaded = 0, absent = 0;
  for (const btf::hook& one : btf::hooks(*kernel)) {
    const std::string function = security_function(one.name);
    if (function.empty()) continue;
    CAPTURE(std::string(one.name));
    if (!kernel->find(function, btf::kind::func)) {
      ++absent;
      continue;
    }
    const auto done = loader::load(pass(one.name));
    INFO((done ? std::string() : to_string(done.error())));
    const bool takes_struct = one.name == "path_chown";  // by value, which came with 6.1
    if (takes_struct && !done) {
      CHECK(loader::running_kernel() < loader::kernel_version{6, 1});
      CHECK(done.error().why() == cause::hook_not_attachable);
      continue;
    }
    CHECK(done.has_value());
    ++loaded;
  }
  MESSAGE(loaded << " hooks, " << absent << " without a function in this kernel's types");
  CHECK(loaded > 100);
  CHECK(absent < 10);
}

TEST_CASE("modify-return: a hook that does more than decide is refused, by name and before anything is loaded") {
  for (const char* hook : {"inode_init_security", "file_alloc_security", "sb_set_mnt_opts", "secid_to_secctx"}) {
    const auto refused = loader::load(pass(hook));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why() == cause::hook_not_decisive);
    CHECK(contains(to_string(refused.error()), "hook '" + std::string(hook) + "' does more than decide"));
  }
}

TEST_CASE("modify-return: a word that is no way to attach is refused as such") {
  const outcome refused = lsmith_says({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "kprobe"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "'kprobe' is no value for --via: it takes lsm or modify-return"));
}

TEST_CASE("doctor: where bpf is no active LSM, it has seen the other way decide") {
  const outcome told = lsmith_says({"doctor"});
  CHECK(told.status == 1);
  INFO(told.out);
  CHECK(contains(told.out, "--via modify-return was seen to decide"));
}

TEST_SUITE_END();

// Both ways side by side.
TEST_SUITE_BEGIN("lsm");

TEST_CASE("of processes that share a processor no call passes a program of BPF LSM") {
  REQUIRE(lsmith_says({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "guard"}).status == 0);
  CHECK(passed_under_load(300'000) == 0);
  CHECK(lsmith_says({"detach", "guard"}).status == 0);
}

TEST_CASE("list, status and run: calls that the kernel left a program out of are told, and where there are none no word is") {
  const std::vector<std::string> run{"run", "deny-socket-family", "--family", "AF_PACKET", "--system"};
  auto pin = run, brief = run;
  pin.insert(pin.end(), {"--pin", "guard"});
  brief.insert(brief.end(), {"--for", "0s"});
  REQUIRE(lsmith_says(pin).status == 0);
  for (const char* verb : {"list", "status"}) {
    const std::vector<std::string> words = verb == std::string("list") ? std::vector<std::string>{verb} : std::vector<std::string>{verb, "guard"};
    CHECK_FALSE(contains(lsmith_says(words).out, "issed"));
  }
  CHECK_FALSE(contains(lsmith_says({"list"}).out, "MISSED"));
  CHECK(contains(lsmith_says(brief).err, "ended: 0 events, 0 lost\n"));
  {
    const loader::replaced_bpf door(leaving_out);
    const std::string list = lsmith_says({"list"}).out;
    CHECK(contains(list, "LOST  MISSED\n"));
    CHECK(contains(list, "0     3\n"));
    CHECK(contains(lsmith_says({"list", "--json"}).out, "\"lost\":0,\"missed\":3}"));
    CHECK(contains(lsmith_says({"status", "guard"}).out, "missed 3 calls: the kernel leaves a program out while another process is interrupted inside it"));
    CHECK(contains(lsmith_says({"status", "guard", "--json"}).out, "\"missed\":3"));
    CHECK(contains(lsmith_says(brief).err, "ended: 0 events, 0 lost, 3 calls missed\n"));
  }
  CHECK(lsmith_says({"detach", "guard"}).status == 0);
}

TEST_CASE("modify-return: where bpf is an active LSM both ways hold, and each listing tells them apart") {
  process plain({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(plain.wait_for("binds every process"));
  process before({"/bin/lsmith", "run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "modify-return"});
  REQUIRE(before.wait_for("no LSM hears of"));
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
  CHECK(contains(plain.err(), "1 event, 0 lost"));  // the first call was refused before any LSM heard of it
  CHECK(after_detaching(AF_PACKET) == 0);
}

TEST_SUITE_END();
