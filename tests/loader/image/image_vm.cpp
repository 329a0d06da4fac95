// Compares policy images with the library: for the same policy, both must create the same maps with the same elements, load the
// same programs with the same code, and attach them to the same hooks.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/loader/image/build_image.hpp>
#include <lsmith/loader/image/image.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/examples/examples.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using loader::abi::command;

/// The calls that were made, one line each. A map is written as its index in `maps`, because descriptors differ.
std::vector<std::string> calls;
struct made_map {
  int descriptor;
  loader::abi::map_create what;
};
std::vector<made_map> maps;

std::string number(std::uint64_t value) { return std::to_string(value) + " "; }

std::string in_bytes(const void* from, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += number(static_cast<const unsigned char*>(from)[i]);
  return text;
}

std::size_t index_of(std::int64_t descriptor) {
  return static_cast<std::size_t>(std::ranges::find(maps, static_cast<int>(descriptor), &made_map::descriptor) - maps.begin());
}

std::string describe_code(const loader::abi::prog_load& what) {
  std::string text;
  const auto* code = reinterpret_cast<const isa::insn*>(what.insns);
  for (std::uint32_t i = 0; i < what.insn_cnt; ++i) {
    isa::insn one = code[i];
    if (one.opcode == 0x18 && (one.src() == 1 || one.src() == 2))
      one.immediate = static_cast<std::int32_t>(index_of(one.immediate));
    text += number(one.raw());
  }
  return text;
}

void note_map(const loader::abi::map_create& map) {
  const bool has_inner = map.inner_map_fd != 0;
  calls.push_back("map " + std::string(map.map_name) + " " + number(map.map_type) + number(map.key_size) +
                  number(map.value_size) + number(map.max_entries) + number(map.map_flags) + number(map.btf_key_type_id) +
                  number(map.btf_value_type_id) + number(map.btf_fd != 0) + number(has_inner ? index_of(map.inner_map_fd) : 99));
}

/// An element. An inner map is written as its index; descriptors of programs and cgroups are left out.
void note_element(std::uint32_t descriptor, const void* key, const void* value) {
  const std::size_t index = index_of(descriptor);
  if (index == maps.size()) return;
  const loader::abi::map_create& of = maps[index].what;
  const auto type = static_cast<map_type>(of.map_type);
  std::string content = in_bytes(value, of.value_size);
  if (type == map_type::array_of_maps || type == map_type::hash_of_maps)
    content = "map " + number(index_of(*static_cast<const int*>(value)));
  if (type == map_type::prog_array || type == map_type::cgroup_array) content = "a descriptor";
  calls.push_back("element of " + number(index) + ": " + in_bytes(key, of.key_size) + "= " + content);
}

template <class T>
const T* pointer(std::uint64_t address) {
  return reinterpret_cast<const T*>(address);
}

void note_batch(const loader::abi::map_batch& batch) {
  const loader::abi::map_create& of = maps[index_of(batch.map_fd)].what;
  for (std::uint32_t i = 0; i < batch.count; ++i)
    note_element(batch.map_fd, pointer<char>(batch.keys) + i * of.key_size, pointer<char>(batch.values) + i * of.value_size);
}

void note_program(const loader::abi::prog_load& program) {
  if (std::string(program.prog_name).empty()) return;  // the program of kernel_lookup.hpp
  calls.push_back("program " + std::string(program.prog_name) + " " + number(program.prog_type) +
                  number(program.expected_attach_type) + number(program.attach_btf_id) + number(program.prog_flags) +
                  number(program.line_info_cnt) + number(program.func_info_cnt) + pointer<char>(program.license) + " " +
                  describe_code(program));
}

void note(command what, const void* attributes) {
  if (what == command::map_create) note_map(*static_cast<const loader::abi::map_create*>(attributes));
  if (what == command::prog_load) note_program(*static_cast<const loader::abi::prog_load*>(attributes));
  if (what == command::map_update_elem) {
    const auto& element = *static_cast<const loader::abi::map_element*>(attributes);
    note_element(element.map_fd, pointer<char>(element.key), pointer<char>(element.value));
  }
  if (what == command::map_freeze)
    calls.push_back("freeze " + number(index_of(static_cast<const loader::abi::map_element*>(attributes)->map_fd)));
}

long noting(command what, void* attributes, std::uint32_t size) {
  note(what, attributes);
  const long returned = loader::kernel_bpf(what, attributes, size);
  if (what == command::map_create && returned >= 0)
    maps.push_back({static_cast<int>(returned), *static_cast<const loader::abi::map_create*>(attributes)});
  const bool attaches = what == command::link_create || what == command::raw_tracepoint_open;
  if (attaches && returned >= 0) calls.push_back("attach");
  if (what == command::map_update_batch && returned >= 0)
    note_batch(*static_cast<const loader::abi::map_batch*>(attributes));  // else one by one
  return returned;
}

/// The calls that `enforce` makes, sorted, because the order in which maps get their elements does not matter.
template <class Enforce>
std::vector<std::string> calls_of(Enforce enforce) {
  calls.clear();
  maps.clear();
  {
    const loader::replaced_bpf replaced(noting);
    enforce();
  }
  std::ranges::sort(calls);
  return calls;
}

void check_same(const object& whole, const loader::load_options& how) {
  const auto by_library = calls_of([&] { require_enforced(whole, how); });
  auto bytes = loader::build_image(whole, how);
  if (!bytes) MESSAGE(to_string(bytes.error()));
  REQUIRE(bytes);
  const auto by_image = calls_of([&] {
    auto opened = loader::policy_image::open(*bytes);
    REQUIRE(opened);
    loader::image_enforcement held;
    const auto enforced = opened->enforce(held);
    if (!enforced) MESSAGE(to_string(enforced.error()));
    REQUIRE(enforced);
  });
  REQUIRE(by_library.size() > whole.programs.size());
  CHECK(by_image == by_library);
}

/// Ready-made policies that need no file and do not deny bpf(2).
struct policy_row {
  const char* name;
  programs::option_values values = {};
  loader::kernel_version since = {};
};
const policy_row all_policies[] = {
    {"deny-socket-family", {{"family", "AF_ALG,AF_VSOCK"}, {"existing", ""}}},
    {"deny-raw-sockets"},
    {"deny-netlink"},
    {"deny-ioctl"},
    {"deny-perf-events"},
    {"deny-user-namespaces", {}, {6, 1}},
    {"deny-fileless-exec"},
    {"deny-exec-from", {{"from", "tmpfs,proc"}}},
    {"guard-mounts"},
    {"lock-kernel-code"},
    {"deny-writable-code"},
    {"mprotect-audit"},
    {"guard-ptrace", {{"reading", ""}}},
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("image: for every ready-made policy, makes the calls that the library makes") {
  for (const policy_row& one : all_policies) {
    CAPTURE(one.name);
    if (loader::running_kernel() < one.since) continue;
    programs::common_choices choices;
    choices.events = programs::event_channel::none;
    choices.except.uids = {7};
    const auto policy = made(one.name, one.values, choices);
    check_same(policy.whole, {.contents = policy.contents});
  }
}

TEST_CASE("image: likewise for rules in maps, for cgroups, and for the examples of the DSL") {
  const temporary_directory directory;
  std::ofstream(directory / "rules") << "127.0.0.0/8 80\n10.0.0.0/8 443,8000-8099\n2001:db8::/32\n";
  const temporary_cgroup group("lsmith-image");
  programs::common_choices choices;
  choices.scope = scope::cgroup(group.path());
  choices.except.cgroups = {group.path()};
  const auto egress = made("allow-egress", {{"rules", directory / "rules"}}, choices);
  REQUIRE_FALSE(egress.contents.empty());
  check_same(egress.whole, {.contents = egress.contents});
  for (const examples::example& one : examples::all()) {
    CAPTURE(one.name);
    const auto object = one.write(kernel_types());
    if (!object) continue;  // a hook that this kernel does not have
    check_same(*object, {});
  }
}

TEST_CASE("image: likewise for maps of maps, tail-called programs, and values that programs can only read") {
  using namespace isa;
  assembler first, second;
  first({
      ld_imm64(r2, map_fd("next")),
      mov(r3, 0),
      call(helper::tail_call),
      ld_imm64(r1, map_value("limits", 4)),
      load(w0, mem32[r1 + 0]),
      mov(r0, 0),
      exit(),
  });
  second({ld_imm64(r1, map_fd("outer")), mov(r0, 0), exit()});
  object whole;
  whole.programs.push_back(make_program("first", "task_alloc", std::move(*std::move(first).finish())));
  whole.programs.push_back(make_program("second", "task_alloc", std::move(*std::move(second).finish())));
  whole.programs[1].called = true;
  if (!(loader::running_kernel() < loader::kernel_version{5, 11})) {  // before 5.11 file_open is not sleepable
    assembler third;
    third({mov(r0, 0), exit()});
    whole.programs.push_back(make_program("sleeps", "file_open", std::move(*std::move(third).finish())));
    whole.programs.back().sleepable = true;
  }
  whole.maps.push_back(
      {.name = "limits", .flags = map_flag::read_only_program, .initial_value = std::vector<std::byte>(8, std::byte{3})});
  whole.maps.push_back(
      {.name = "table", .value_size = 4, .entries = 3, .initial_value = std::vector<std::byte>(8, std::byte{5})});
  whole.maps.push_back({.name = "inner"});
  whole.maps.push_back({.name = "outer",
                        .type = map_type::array_of_maps,
                        .value_size = 4,
                        .entries = 2,
                        .inner = "inner",
                        .slots = {{1, "inner"}}});
  whole.maps.push_back({.name = "next", .type = map_type::prog_array, .value_size = 4, .entries = 1, .slots = {{0, "second"}}});
  check_same(whole, {});
}

TEST_CASE("image: if the second program cannot be attached, the first is detached") {
  const auto policy = made("deny-socket-family", {{"family", "AF_PACKET"}, {"existing", ""}});
  REQUIRE(policy.whole.programs.size() > 1);
  auto bytes = loader::build_image(policy.whole, {.contents = policy.contents});
  REQUIRE(bytes);
  auto opened = loader::policy_image::open(*bytes);
  REQUIRE(opened);
  static int attached;
  attached = 0;
  const loader::replaced_bpf replaced([](command what, void* attributes, std::uint32_t size) -> long {
    const bool attaches = what == command::link_create || what == command::raw_tracepoint_open;
    if (attaches && attached == 1) return -ENOMEM;
    const long returned = loader::kernel_bpf(what, attributes, size);
    attached += attaches && returned >= 0 ? 1 : 0;
    return returned;
  });
  loader::image_enforcement held;
  const auto refused = opened->enforce(held);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why == cause::attach_failed);
  CHECK(refused.error().system_error == ENOMEM);
  CHECK(attached == 1);
  for (int i = 0; i < 1000 && try_socket(AF_PACKET) != 0; ++i) usleep(10'000);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("image: if the last program is rejected, nothing is attached, and the log has the verifier's reason") {
  auto policy = made("deny-raw-sockets");
  program faulty = policy.whole.programs[0];
  faulty.name = "faulty";
  faulty.code = {{0xbf, 0x30, 0, 0}, {0x95, 0, 0, 0}};  // r0 = r3, which is not initialised; exit
  faulty.relocations.clear();
  faulty.lines = {};
  faulty.functions.clear();
  policy.whole.programs.push_back(faulty);
  auto bytes = loader::build_image(policy.whole, {.contents = policy.contents});
  REQUIRE(bytes);
  auto opened = loader::policy_image::open(*bytes);
  REQUIRE(opened);
  const std::size_t before = open_descriptors();
  loader::image_enforcement held;
  char log[8192] = {};
  const auto refused = opened->enforce(held, log);
  held.types.close();
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error()).find("the kernel refuses to load program 'faulty': EACCES") != std::string::npos);
  CHECK(std::string(log).find("R3 !read_ok") != std::string::npos);
  CHECK(open_descriptors() == before);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("image: a hook that this kernel does not have is named") {
  auto policy = made("deny-raw-sockets");
  policy.whole.programs[0].hook = "socket_creat";
  auto bytes = loader::build_image(policy.whole, {.contents = policy.contents});
  REQUIRE(bytes);
  auto opened = loader::policy_image::open(*bytes);
  REQUIRE(opened);
  loader::image_enforcement held;
  const auto refused = opened->enforce(held);
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error()) == "there is no LSM hook 'socket_creat'");
}

TEST_SUITE_END();
