// Compares the list of functions that a modify-return program may replace with the kernel, in both directions: by the machine
// code of each function, which shows what else it calls, and by attaching a program to it.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/graph/hook_table.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/resolve/attach_point.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/asm/dsl/measured_kernel.hpp>
#include <lsmith/tests/harness/process/kernel_memory.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// Whether a function belongs to an LSM, or to how a function calls them: by pointer (a thunk), or by static call.
bool calls_an_lsm(std::string_view function) {
  constexpr std::string_view of_an_lsm[] = {"bpf_lsm_",  "selinux_",  "apparmor_", "tomoyo_", "cap_", "yama_", "hook_",
                                            "landlock_", "lockdown_", "ipe_",      "ima_",    "evm_", "aa_"};
  constexpr std::string_view other[] = {"__SCT__", "__x86_", "__fentry__", "static_key_count", "__cond_resched"};
  const auto starts = [&](std::string_view prefix) { return function.starts_with(prefix); };
  return std::ranges::any_of(of_an_lsm, starts) || std::ranges::any_of(other, starts) || function.ends_with("_thunk");
}

/// What these functions call besides LSMs. If a denial leaves it out, nothing is missing.
constexpr std::pair<std::string_view, std::string_view> harmless[] = {
    {"security_file_open", "fsnotify_perm.part.0"},  // asks fanotify whether the file may be opened
    {"security_file_permission", "fsnotify_perm.part.0"},
    {"security_kernel_module_request", "integrity_kernel_module_request"},  // an LSM under another name
    {"security_mmap_file", "path_noexec"},  // reads a flag of the mount
};

bool is_harmless(std::string_view function, std::string_view called) {
  const std::pair call(function, called);
  return calls_an_lsm(called) || std::ranges::find(harmless, call) != std::end(harmless);
}

std::string other_calls(const kernel_memory& memory, const std::string& function) {
  std::string others;
  const auto harms_nothing = [&](const std::string& called) { return is_harmless(function, called); };
  for (const std::set<std::string>& names : memory.called_by(function))
    if (std::ranges::none_of(names, harms_nothing)) others += *names.begin() + " ";
  return others;
}

/// Hooks that return a number but cannot end an operation, or not only that.
constexpr std::string_view returns_data[] = {
                                               // the return value is data, or the caller goes on whatever it is
    "audit_rule_known",    "audit_rule_match",   "bdev_setintegrity",         "getprocattr", "inode_copy_up_xattr",
    "inode_need_killpriv", "inode_setintegrity", "inode_xattr_skipcap",       "ismaclabel",  "setprocattr",
    "vm_enough_memory",    "xfrm_policy_lookup", "xfrm_state_pol_flow_match",
};
constexpr std::string_view makes_data[] = {
                                             // the function, or the LSM behind it, makes or hands over what the caller needs
    "audit_rule_init",
    "bdev_alloc_security",
    "bpf_map_alloc_security",
    "bpf_map_create",
    "bpf_prog_alloc_security",
    "bpf_prog_load",
    "bpf_token_create",
    "cred_prepare",
    "dentry_create_files_as",
    "dentry_init_security",
    "file_alloc_security",
    "fs_context_dup",
    "fs_context_parse_param",
    "fs_context_submount",
    "ib_alloc_security",
    "inode_alloc_security",
    "inode_copy_up",
    "inode_getsecctx",
    "inode_getsecurity",
    "inode_init_security_anon",
    "inode_killpriv",
    "inode_listsecurity",
    "inode_notifysecctx",
    "inode_setsecctx",
    "inode_setsecurity",
    "kernel_act_as",
    "kernel_create_files_as",
    "kernfs_init_security",
    "key_alloc",
    "key_getsecurity",
    "lsmprop_to_secctx",
    "msg_msg_alloc_security",
    "msg_queue_alloc_security",
    "perf_event_alloc",
    "sb_add_mnt_opt",
    "sb_alloc_security",
    "sb_clone_mnt_opts",
    "sb_eat_lsm_opts",
    "sb_mnt_opts_compat",
    "sb_set_mnt_opts",
    "sb_show_options",
    "secctx_to_secid",
    "secid_to_secctx",
    "sem_alloc_security",
    "shm_alloc_security",
    "sk_alloc_security",
    "socket_getpeersec_dgram",
    "socket_getpeersec_stream",
    "tun_dev_alloc_security",
    "xfrm_decode_session",
    "xfrm_policy_alloc_security",
    "xfrm_policy_clone_security",
    "xfrm_policy_delete_security",
    "xfrm_state_alloc",
    "xfrm_state_alloc_acquire",
    "xfrm_state_delete_security",
};

bool does_more(std::string_view hook) {
  return std::ranges::find(returns_data, hook) != std::end(returns_data) ||
         std::ranges::find(makes_data, hook) != std::end(makes_data);
}

bool returns_number(const btf::hook& one) { return running_types().at(one.proto)->target() != btf::type_id::none; }

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

TEST_SUITE_BEGIN("lsm");

TEST_CASE("modify-return: a function that may be replaced calls nothing but LSMs") {
  const kernel_memory memory;
  int checked = 0;
  for (const btf::hook& one : btf::hooks(running_types())) {
    const std::string function = security_function(one.name);
    if (function.empty()) continue;
    CAPTURE(function);
    CHECK(returns_number(one));
    REQUIRE_FALSE(memory.code(function).empty());
    CHECK(other_calls(memory, function) == "");
    ++checked;
  }
  CHECK(checked > 100);
}

TEST_CASE("modify-return: every other hook returns nothing, or its function does more than decide") {
  const kernel_memory memory;
  for (const btf::hook& one : btf::hooks(running_types())) {
    if (!security_function(one.name).empty() || !returns_number(one)) continue;
    CAPTURE(std::string(one.name));
    CHECK((does_more(one.name) || !other_calls(memory, "security_" + std::string(one.name)).empty()));
  }
  for (const dsl::hook_facts& one : dsl::all_hooks()) {
    CAPTURE(std::string(one.name));
    CHECK_FALSE((does_more(one.name) && !security_function(one.name).empty()));
  }
  for (const auto& list : {std::span<const std::string_view>(returns_data), std::span<const std::string_view>(makes_data)})
    for (const std::string_view hook : list) {
      CAPTURE(std::string(hook));
      CHECK(dsl::find_hook_facts(hook) != nullptr);
    }
}

TEST_CASE("modify-return: a program attaches to every function that may be replaced, and to no hook's other function") {
  int attached = 0;
  for (const btf::hook& one : btf::hooks(running_types())) {
    CAPTURE(std::string(one.name));
    const auto done = loader::load(allowing(one.name));
    const bool takes_struct = one.name == "path_chown" && measured_kernel() == dsl::measured::v5_10;  // supported since 6.1
    if (takes_struct || security_function(one.name).empty()) {
      REQUIRE_FALSE(done);
      CHECK(done.error().why() == (takes_struct ? cause::hook_not_attachable : cause::hook_not_decisive));
      continue;
    }
    INFO((done ? std::string() : to_string(done.error())));
    REQUIRE(done);
    CHECK(loader::attach_lsm(done->programs[0], loader::abi::attach_type::modify_return).has_value());
    ++attached;
  }
  CHECK(attached > 100);
}
TEST_SUITE_END();
