// Ids that the kernel looks up, compared with those in its BTF; and the ways of resolving on the running kernel, with and
// without sysfs.
#include <doctest/doctest.h>

#include <vector>

#include <unistd.h>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_lookup.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/kernel_btf/resolve_live.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::loader {
namespace {

using btf::core_relo_kind;
using btf::relocation;

bool kernel_looks_up() { return running_kernel() >= kernel_version{5, 14}; }

std::vector<relocation> some_names() {
  return {{.kind = core_relo_kind::hook_id, .name = "socket_create"},
          {.kind = core_relo_kind::hook_id, .name = "file_open"},
          {.kind = core_relo_kind::function_id, .name = "vfs_read"},
          {.kind = core_relo_kind::type_id_target, .type = "struct task_struct"},
          {.kind = core_relo_kind::type_id_target, .type = "typedef pid_t"},
          {.kind = core_relo_kind::hook_id, .name = "there_is_no_such_hook"},
          {.kind = core_relo_kind::type_id_target, .type = "struct there_is_none"},
          {.kind = core_relo_kind::hook_id, .name = "bprm_check_security"},
          {.kind = core_relo_kind::hook_id, .name = "inode_setxattr"},
          {.kind = core_relo_kind::hook_id, .name = "key_permission"}};
}

TEST_CASE("kernel lookup: the ids are those in the kernel's BTF") {
  if (::geteuid() != 0) SKIP("loading a program needs root");
  if (::access(kernel_btf::default_path, R_OK) != 0) SKIP("this kernel has no BTF");
  std::vector<relocation> found = some_names();
  for (const relocation& each : found) CHECK(can_look_up(each));
  const result<void> looked = look_up(found);
  if (!kernel_looks_up()) {
    REQUIRE_FALSE(looked);
    CHECK(looked.error().why == cause::kernel_too_old);
    return;
  }
  REQUIRE_MESSAGE(looked, (looked ? "" : to_string(looked.error())));
  std::vector<relocation> read = some_names();
  kernel_btf kernel;
  REQUIRE(kernel.open());
  btf::source types = kernel.types();
  REQUIRE(btf::resolve(types, read));
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i].value == read[i].value);
    CHECK(found[i].id == read[i].id);
    CHECK(found[i].failed == read[i].failed);
    CHECK(found[i].missing == read[i].missing);
  }
}

TEST_CASE("kernel lookup: relocations with a hint have the same values as without") {
  if (::geteuid() != 0) SKIP("loading a program needs root");
  if (::access(kernel_btf::default_path, R_OK) != 0) SKIP("this kernel has no BTF");
  const std::vector<relocation> relocations = {{.kind = core_relo_kind::hook_id, .name = "file_open"},
                                               {.kind = core_relo_kind::argument_slot, .type = "file_open", .name = "file"},
                                               {.kind = core_relo_kind::hook_id, .name = "socket_create"},
                                               {.kind = core_relo_kind::argument_slot, .type = "socket_create", .name = "kern"},
                                               {.kind = core_relo_kind::argument_slot, .type = "socket_create", .name = "krn"},
                                               {.kind = core_relo_kind::previous_retval, .type = "socket_create"}};
  std::vector<relocation> searched = relocations, hinted = relocations;
  hint_at_hooks(hinted);
  for (const relocation& one : hinted) CHECK((one.hint != btf::type_id::none) == kernel_looks_up());
  for (std::vector<relocation>* all : {&searched, &hinted}) {
    kernel_btf kernel;
    REQUIRE(kernel.open());
    btf::source types = kernel.types();
    REQUIRE(btf::resolve(types, *all));
  }
  for (std::size_t i = 0; i < relocations.size(); ++i) {
    CAPTURE(i);
    CHECK(hinted[i].value == searched[i].value);
    CHECK(hinted[i].failed == searched[i].failed);
    CHECK(hinted[i].id == searched[i].id);
    CHECK(hinted[i].missing == searched[i].missing);
  }
}

TEST_CASE("kernel lookup: no hints are stored if another relocation is not about a hook") {
  relocation mixed[] = {{.kind = core_relo_kind::hook_id, .name = "file_open"},
                        {.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_mode"}};
  hint_at_hooks(mixed);
  CHECK(mixed[0].hint == btf::type_id::none);
}

TEST_CASE("kernel lookup: other relocations cannot be looked up") {
  CHECK_FALSE(can_look_up({.kind = core_relo_kind::argument_slot, .type = "file_open", .name = "file"}));
  CHECK_FALSE(can_look_up({.kind = core_relo_kind::field_byte_offset, .type = "struct file", .name = "f_mode"}));
  CHECK_FALSE(can_look_up({.kind = core_relo_kind::type_id_target, .type = "task_struct"}));  // its kind is not given
  CHECK_FALSE(can_look_up({.kind = core_relo_kind::hook_id, .name = ""}));
  const std::string long_name(200, 'x');
  CHECK_FALSE(can_look_up({.kind = core_relo_kind::hook_id, .name = long_name}));
}

TEST_CASE("resolving live: with sysfs, BTF is mapped if possible, else names are looked up or BTF is streamed") {
  if (::geteuid() != 0) SKIP("loading a program needs root");
  if (::access(kernel_btf::default_path, R_OK) != 0) SKIP("this kernel has no BTF");
  relocation hook{.kind = core_relo_kind::hook_id, .name = "socket_create"};
  const auto by = resolve_live({&hook, 1});
  REQUIRE(by);
  const bool maps = running_kernel() >= kernel_version{6, 16};
  CHECK(*by == (maps ? types_read_by::mapping : kernel_looks_up() ? types_read_by::lookup : types_read_by::streaming));
  relocation both[] = {hook, {.kind = core_relo_kind::argument_slot, .type = "socket_create", .name = "kern"}};
  const auto read = resolve_live(both);
  REQUIRE(read);
  CHECK(*read == (maps ? types_read_by::mapping : types_read_by::streaming));
  CHECK(both[1].value == 24);
  CHECK(hook.value == btf::number(btf::find_hook(*read_types(), "socket_create")->id));
}

TEST_SUITE_BEGIN("no_types");

TEST_CASE("resolving live: with nothing mounted, a hook is looked up, or found in a copy of the BTF") {
  REQUIRE(::access(kernel_btf::default_path, R_OK) != 0);
  relocation one{.kind = core_relo_kind::hook_id, .name = "socket_create"};
  const auto by = resolve_live({&one, 1});
  if (running_kernel() < kernel_version{5, 11}) {
    REQUIRE_FALSE(by);
    CHECK(to_string(by.error()).find("mount") != std::string::npos);
    return;
  }
  REQUIRE_MESSAGE(by, (by ? "" : to_string(by.error())));
  CHECK(*by == (kernel_looks_up() ? types_read_by::lookup : types_read_by::copy));
  CHECK(one.value > 0);

  std::vector<relocation> more = {one, {.kind = core_relo_kind::argument_slot, .type = "socket_create", .name = "kern"}};
  const auto copied = resolve_live(more);
  REQUIRE(copied);
  CHECK(*copied == types_read_by::copy);
  CHECK(more[0].value == one.value);
  CHECK(more[1].value == 24);
}

TEST_SUITE_END();

}  // namespace
}  // namespace lsmith::loader
