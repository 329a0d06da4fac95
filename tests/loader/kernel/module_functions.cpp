// Functions of kernel modules, with a kernel that is played: its own types, a program's, and two modules'.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel_btf/module_functions.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::tests {
namespace {

using namespace loader;

struct played_btf {
  std::string name;
  bool of_kernel;
  std::vector<std::byte> content;
};

std::map<std::uint32_t, played_btf> played;  // by id
std::map<int, std::uint32_t> opened;         // by descriptor
long refusal = 0;

long give_next(abi::get_by_id& asked) {
  const auto next = played.upper_bound(asked.id);
  if (refusal != 0 || next == played.end()) return refusal != 0 ? refusal : -ENOENT;
  asked.next_id = next->first;
  return 0;
}

long give_descriptor(const abi::get_by_id& asked) {
  const int made = open("/dev/null", O_RDONLY | O_CLOEXEC);
  opened[made] = asked.id;
  return made;
}

long give_info(const abi::info_by_fd& asked) {
  const played_btf& one = played[opened[static_cast<int>(asked.bpf_fd)]];
  auto& told = *reinterpret_cast<abi::btf_info*>(asked.info);
  if (told.name != 0) std::strncpy(reinterpret_cast<char*>(told.name), one.name.c_str(), told.name_len);
  if (told.btf != 0) std::memcpy(reinterpret_cast<void*>(told.btf), one.content.data(), one.content.size());
  told.btf_size = static_cast<std::uint32_t>(one.content.size());
  told.kernel_btf = one.of_kernel;
  return 0;
}

long play(abi::command command, void* attributes, std::uint32_t) {
  if (command == abi::command::btf_get_next_id) return give_next(*static_cast<abi::get_by_id*>(attributes));
  if (command == abi::command::btf_get_fd_by_id) return give_descriptor(*static_cast<abi::get_by_id*>(attributes));
  if (command == abi::command::obj_get_info_by_fd) return give_info(*static_cast<abi::info_by_fd*>(attributes));
  return -EINVAL;
}

struct played_kernel {
  std::string path = "/tmp/lsmith-types-" + std::to_string(getpid());
  sample_ids ids = {};
  std::vector<std::byte> base;
  replaced_bpf door{play};

  played_kernel() {
    base = sample(ids).finish();
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(base.data()), static_cast<std::streamsize>(base.size()));
    opened.clear();
    refusal = 0;
    played = {{1, {"vmlinux", true, base}}, {4, {"policy", false, base}}, {9, {"first", true, module_with({"first_do", "both_do"})}},
              {12, {"second", true, module_with({"second_do", "both_do"})}}};
  }
  ~played_kernel() { unlink(path.c_str()); }

  // A module counts on: its strings behind the kernel's.
  std::vector<std::byte> module_with(std::initializer_list<const char*> functions) const {
    btf::encoder own;
    const std::uint32_t base_strings = read_as<btf::header>(base.data()).str_len;
    for (const char* name : functions)
      own.raw({own.string(name) + base_strings, btf::info_word(btf::kind::func, 0), btf::number(ids.create_proto)});
    return own.finish();
  }

  std::uint32_t count() const { return btf::types::parse(base)->count(); }

  checked<resolved_programs> resolved(const object& whole, unknown_functions how) const {
    btf::source types = btf::source::mapped(base);
    return resolve(whole, types, how);
  }
};

object calling(std::initializer_list<const char*> functions) {
  using namespace isa;
  assembler a;
  for (const char* name : functions) a({call(kfunc(name))});
  a({exit()});
  return {.programs = {make_program("caller", "socket_create", *std::move(a).finish())}};
}

}  // namespace

TEST_CASE("module functions: a call gets the function's id, and the index of its module's descriptor") {
  const played_kernel kernel;
  const object whole = calling({"second_do", "bpf_lsm_stream", "first_do"});
  auto ready = kernel.resolved(whole, unknown_functions::keep_open);
  REQUIRE(ready);
  CHECK((*ready)[0].open_functions == std::vector<std::size_t>{0, 2});
  const auto modules = find_in_modules(whole, *ready, kernel.path);
  REQUIRE(modules);
  const auto fds = modules->fd_array();
  REQUIRE(fds.size() == 3);
  CHECK(fds[0] == -1);
  const auto& code = (*ready)[0].code;
  const auto first_id = static_cast<std::int32_t>(kernel.count()) + 1;
  CHECK(code[0].immediate == first_id);  // second_do, the first type of its module
  CHECK(opened[fds[static_cast<std::size_t>(code[0].offset)]] == 12);
  CHECK(code[1].immediate == static_cast<std::int32_t>(kernel.ids.stream));
  CHECK(code[1].offset == 0);
  CHECK(code[2].immediate == first_id);
  CHECK(opened[fds[static_cast<std::size_t>(code[2].offset)]] == 9);
}

TEST_CASE("module functions: of two modules with the same function the first serves, once for all calls") {
  const played_kernel kernel;
  const object whole = calling({"both_do", "both_do"});
  auto ready = kernel.resolved(whole, unknown_functions::keep_open);
  REQUIRE(ready);
  const auto modules = find_in_modules(whole, *ready, kernel.path);
  REQUIRE(modules);
  CHECK(modules->fd_array().size() == 2);
  CHECK((*ready)[0].code[0] == (*ready)[0].code[1]);
  CHECK((*ready)[0].code[0].offset == 1);
}

TEST_CASE("module functions: where all functions are the kernel's own, no module is looked at") {
  const played_kernel kernel;
  const object whole = calling({"bpf_lsm_stream"});
  auto ready = kernel.resolved(whole, unknown_functions::keep_open);
  REQUIRE(ready);
  refusal = -EPERM;
  const auto modules = find_in_modules(whole, *ready, "/does/not/exist");
  REQUIRE(modules);
  CHECK(modules->fd_array().empty());
}

TEST_CASE("module functions: one that nobody has, and no permission to look, are told at the call's line") {
  const played_kernel kernel;
  const auto line = std::source_location::current().line();
  isa::assembler a;
  a({isa::call(isa::kfunc("nobody_does")), isa::exit()});
  const object whole = {.programs = {isa::make_program("caller", "socket_create", *std::move(a).finish())}};
  auto ready = kernel.resolved(whole, unknown_functions::keep_open);
  REQUIRE(ready);
  const auto missing = find_in_modules(whole, *ready, kernel.path);
  REQUIRE_FALSE(missing);
  CHECK(missing.error()[0].where.line == line + 2);
  CHECK(to_string(missing.error()).ends_with(": there is no function 'nobody_does'"));
  refusal = -EPERM;
  const auto forbidden = find_in_modules(whole, *ready, kernel.path);
  REQUIRE_FALSE(forbidden);
  CHECK(to_string(forbidden.error()) ==
        "this process lacks CAP_SYS_ADMIN, which looking for functions of kernel modules needs; run it as root or give it that capability");
  CHECK(kernel.resolved(whole, unknown_functions::refuse).error()[0].why == cause::unknown_function);
}

}  // namespace lsmith::tests
