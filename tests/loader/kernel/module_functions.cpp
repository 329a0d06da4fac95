// Functions of kernel modules, with a replaced bpf(2) that has four BTF objects: vmlinux, a program's, and those of two
// modules.
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

struct btf_object {
  std::string name;
  bool of_kernel;
  std::vector<std::byte> content;
};

std::map<std::uint32_t, btf_object> objects;  // by id
std::map<int, std::uint32_t> opened;         // by descriptor
long refused_with = 0;

long give_next(abi::get_by_id& attributes) {
  const auto next = objects.upper_bound(attributes.id);
  if (refused_with != 0 || next == objects.end()) return refused_with != 0 ? refused_with : -ENOENT;
  attributes.next_id = next->first;
  return 0;
}

long give_descriptor(const abi::get_by_id& attributes) {
  const int made = open("/dev/null", O_RDONLY | O_CLOEXEC);
  opened[made] = attributes.id;
  return made;
}

long give_info(const abi::info_by_fd& attributes) {
  const btf_object& one = objects[opened[static_cast<int>(attributes.bpf_fd)]];
  auto& info = *reinterpret_cast<abi::btf_info*>(attributes.info);
  if (info.name != 0) std::strncpy(reinterpret_cast<char*>(info.name), one.name.c_str(), info.name_len);
  if (info.btf != 0) std::memcpy(reinterpret_cast<void*>(info.btf), one.content.data(), one.content.size());
  info.btf_size = static_cast<std::uint32_t>(one.content.size());
  info.kernel_btf = one.of_kernel;
  return 0;
}

long replacement(abi::command command, void* attributes, std::uint32_t) {
  if (command == abi::command::btf_get_next_id) return give_next(*static_cast<abi::get_by_id*>(attributes));
  if (command == abi::command::btf_get_fd_by_id) return give_descriptor(*static_cast<abi::get_by_id*>(attributes));
  if (command == abi::command::obj_get_info_by_fd) return give_info(*static_cast<abi::info_by_fd*>(attributes));
  return -EINVAL;
}

struct replaced_kernel {
  std::string path = "/tmp/lsmith-types-" + std::to_string(getpid());
  sample_ids ids = {};
  std::vector<std::byte> base;
  replaced_bpf replaced{replacement};

  replaced_kernel() {
    base = sample(ids).finish();
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(base.data()), static_cast<std::streamsize>(base.size()));
    opened.clear();
    refused_with = 0;
    objects = {{1, {"vmlinux", true, base}}, {4, {"policy", false, base}}, {9, {"first", true, module_with({"first_do", "both_do"})}},
              {12, {"second", true, module_with({"second_do", "both_do"})}}};
  }
  ~replaced_kernel() { unlink(path.c_str()); }

  // Split BTF: the module's string offsets continue those of the kernel.
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
  const replaced_kernel kernel;
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

TEST_CASE("module functions: of two modules with the same function, the first is used for all calls") {
  const replaced_kernel kernel;
  const object whole = calling({"both_do", "both_do"});
  auto ready = kernel.resolved(whole, unknown_functions::keep_open);
  REQUIRE(ready);
  const auto modules = find_in_modules(whole, *ready, kernel.path);
  REQUIRE(modules);
  CHECK(modules->fd_array().size() == 2);
  CHECK((*ready)[0].code[0] == (*ready)[0].code[1]);
  CHECK((*ready)[0].code[0].offset == 1);
}

TEST_CASE("module functions: if the kernel's BTF has all functions, no module is searched") {
  const replaced_kernel kernel;
  const object whole = calling({"bpf_lsm_stream"});
  auto ready = kernel.resolved(whole, unknown_functions::keep_open);
  REQUIRE(ready);
  refused_with = -EPERM;
  const auto modules = find_in_modules(whole, *ready, "/does/not/exist");
  REQUIRE(modules);
  CHECK(modules->fd_array().empty());
}

TEST_CASE("module functions: an unknown function is reported at the call's line; without permission, the missing capability is") {
  const replaced_kernel kernel;
  const auto line = std::source_location::current().line();
  isa::assembler a;
  a({isa::call(isa::kfunc("none_does")), isa::exit()});
  const object whole = {.programs = {isa::make_program("caller", "socket_create", *std::move(a).finish())}};
  auto ready = kernel.resolved(whole, unknown_functions::keep_open);
  REQUIRE(ready);
  const auto missing = find_in_modules(whole, *ready, kernel.path);
  REQUIRE_FALSE(missing);
  CHECK(missing.error()[0].where.line == line + 2);
  CHECK(to_string(missing.error()).ends_with(": there is no function 'none_does'"));
  refused_with = -EPERM;
  const auto forbidden = find_in_modules(whole, *ready, kernel.path);
  REQUIRE_FALSE(forbidden);
  CHECK(to_string(forbidden.error()) ==
        "this process lacks CAP_SYS_ADMIN, which looking for functions of kernel modules needs; run it as root or give it that capability");
  CHECK(kernel.resolved(whole, unknown_functions::refuse).error()[0].why == cause::unknown_function);
}

}  // namespace lsmith::tests
