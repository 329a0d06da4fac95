// A packed policy beside the library: whatever way a policy goes, the kernel must be asked for the same maps, the same programs
// with the same code, at the same hooks.
#include <doctest/doctest.h>

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <lsmith/asm/insn.hpp>
#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/kernel_version.hpp>
#include <lsmith/loader/packed/pack.hpp>
#include <lsmith/loader/packed/policy.hpp>
#include <lsmith/programs/catalogue.hpp>
#include <lsmith/tests/harness/enforced.hpp>
#include <lsmith/tests/harness/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using loader::abi::command;

/// What the kernel was asked for, one line each. A map stands in code as the number by which it was made.
std::vector<std::string> asked;
std::vector<int> maps;

std::string number(std::uint64_t value) { return std::to_string(value) + " "; }

std::string describe_code(const loader::abi::prog_load& what) {
  std::string text;
  const auto* code = reinterpret_cast<const isa::insn*>(what.insns);
  for (std::uint32_t i = 0; i < what.insn_cnt; ++i) {
    isa::insn one = code[i];
    if (one.opcode == 0x18 && (one.src() == 1 || one.src() == 2))
      one.immediate = static_cast<std::int32_t>(std::ranges::find(maps, one.immediate) - maps.begin());
    text += number(one.raw());
  }
  return text;
}

void note(command what, const void* attributes) {
  if (what == command::map_create) {
    const auto& map = *static_cast<const loader::abi::map_create*>(attributes);
    asked.push_back("map " + std::string(map.map_name) + " " + number(map.map_type) + number(map.key_size) + number(map.value_size) +
                    number(map.max_entries) + number(map.map_flags));
  } else if (what == command::prog_load) {
    const auto& program = *static_cast<const loader::abi::prog_load*>(attributes);
    if (std::string(program.prog_name).empty()) return;  // looks names up for us
    asked.push_back("program " + std::string(program.prog_name) + " " + number(program.prog_type) + number(program.expected_attach_type) +
                    number(program.attach_btf_id) + number(program.prog_flags) + number(program.line_info_cnt) + number(program.func_info_cnt) +
                    reinterpret_cast<const char*>(program.license) + " " + describe_code(program));
  } else if (what == command::map_freeze) {
    asked.push_back("freeze");
  }
}

long noting(command what, void* attributes, std::uint32_t size) {
  note(what, attributes);
  const long answer = loader::kernel_bpf(what, attributes, size);
  if (what == command::map_create && answer >= 0) maps.push_back(static_cast<int>(answer));
  return answer;
}

template <class Enforce>
std::vector<std::string> asked_by(Enforce enforce) {
  asked.clear();
  maps.clear();
  const loader::replaced_bpf door(noting);
  enforce();
  return asked;
}

/// Ready-made policies that name no file and leave bpf(2) to us.
struct wanted_policy {
  const char* name;
  programs::option_values values = {};
  loader::kernel_version since = {};
};
const wanted_policy all_policies[] = {
    {"deny-socket-family", {{"family", "AF_ALG,AF_VSOCK"}, {"existing", ""}}},
    {"deny-raw-sockets"}, {"deny-netlink"}, {"deny-ioctl"}, {"deny-perf-events"}, {"deny-user-namespaces", {}, {6, 1}},
    {"deny-fileless-exec"}, {"deny-exec-from", {{"from", "tmpfs,proc"}}}, {"guard-mounts"}, {"lock-kernel-code"},
    {"deny-writable-code"}, {"mprotect-audit"}, {"guard-ptrace", {{"reading", ""}}},
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("packed: every ready-made policy asks the kernel for what the library asks for") {
  for (const wanted_policy& one : all_policies) {
    CAPTURE(one.name);
    if (loader::running_kernel() < one.since) continue;
    programs::common_choices choices;
    choices.events = programs::event_channel::none;
    choices.except.uids = {7};
    auto policy = made(one.name, one.values, choices);
    const loader::load_options how = {.contents = policy.contents};
    const auto by_library = asked_by([&] { in_force(policy.whole, how); });
    auto bytes = loader::pack(policy.whole, how, one.name);
    if (!bytes) MESSAGE(to_string(bytes.error()));
    REQUIRE(bytes);
    const auto packed = asked_by([&] {
      auto opened = loader::packed_policy::open(*bytes);
      REQUIRE(opened);
      loader::packed_enforcement held;
      const auto enforced = opened->enforce(held);
      if (!enforced) MESSAGE(to_string(enforced.error()));
      REQUIRE(enforced);
    });
    REQUIRE(by_library.size() >= policy.whole.programs.size());
    CHECK(packed == by_library);
  }
}

TEST_CASE("packed: a policy whose last program is refused leaves nothing attached, and the verifier's words are had") {
  auto policy = made("deny-raw-sockets");
  program faulty = policy.whole.programs[0];
  faulty.name = "faulty";
  faulty.code = {{0xbf, 0x30, 0, 0}, {0x95, 0, 0, 0}};  // r0 = r3, which nobody has set; exit
  faulty.relocations.clear();
  faulty.lines = {};
  faulty.functions.clear();
  policy.whole.programs.push_back(faulty);
  auto bytes = loader::pack(policy.whole, {.contents = policy.contents});
  REQUIRE(bytes);
  auto opened = loader::packed_policy::open(*bytes);
  REQUIRE(opened);
  const std::size_t before = open_descriptors();
  loader::packed_enforcement held;
  char log[8192] = {};
  const auto refused = opened->enforce(held, log);
  held.types.let_go();
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error()).find("the kernel refuses to load program 'faulty': EACCES") != std::string::npos);
  CHECK(std::string(log).find("R3 !read_ok") != std::string::npos);
  CHECK(open_descriptors() == before);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("packed: a hook that this kernel does not have is named") {
  auto policy = made("deny-raw-sockets");
  policy.whole.programs[0].hook = "socket_creat";
  auto bytes = loader::pack(policy.whole, {.contents = policy.contents});
  REQUIRE(bytes);
  auto opened = loader::packed_policy::open(*bytes);
  REQUIRE(opened);
  loader::packed_enforcement held;
  const auto refused = opened->enforce(held);
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error()) == "there is no LSM hook 'socket_creat'");
}

TEST_SUITE_END();
