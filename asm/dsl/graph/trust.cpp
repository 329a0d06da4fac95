#include <lsmith/asm/dsl/graph/trust.hpp>

#include <algorithm>
#include <iterator>
#include <string>

namespace lsmith::dsl {
namespace {

struct trusted_member {
  std::string_view type, member;
  bool by_rcu = false;
};

/// The members that are trusted on every kernel of the test ring since 6.12.
constexpr trusted_member always_trusted[] = {
    {"linux_binprm", "file"},
    {"file", "f_inode"},
    {"dentry", "d_inode"},
    {"socket", "sk"},
    {"task_struct", "cpus_ptr", true},
    {"task_struct", "cgroups", true},
    {"task_struct", "real_parent", true},
    {"task_struct", "group_leader", true},
    {"cgroup", "kn", true},
    {"css_set", "dfl_cgrp", true},
    {"mm_struct", "exe_file", true},
    {"sk_buff", "sk", true},
    {"request_sock", "sk", true},
};

struct list_of_members {
  std::string_view suffix;
  bool by_rcu;
};

constexpr list_of_members lists[] = {
    {"__safe_trusted", false}, {"__safe_trusted_or_null", false}, {"__safe_rcu", true}, {"__safe_rcu_or_null", true}};

bool has_lists(const btf::types& kernel) { return kernel.find("task_struct__safe_rcu", btf::kind::struct_).has_value(); }

bool has_member(const btf::types& kernel, const std::string& type, std::string_view member) {
  const auto found = kernel.find(type, btf::composites);
  return found && kernel.locate(found->id(), member).has_value();
}

}  // namespace

bool is_trusted_member(const btf::types& kernel, std::string_view type, std::string_view member, bool sleepable) {
  const auto is_usable = [&](bool by_rcu) { return !by_rcu || !sleepable; };
  if (!has_lists(kernel))
    return std::ranges::any_of(always_trusted, [&](const trusted_member& one) {
      return one.type == type && one.member == member && is_usable(one.by_rcu);
    });
  return std::ranges::any_of(lists, [&](const list_of_members& one) {
    return is_usable(one.by_rcu) && has_member(kernel, std::string(type).append(one.suffix), member);
  });
}

kernel_set untrusted_on(std::string_view hook) {
  struct row {
    std::string_view hook;
    kernel_set kernels = measured::all;
  };
  constexpr row rows[] = {  // untrusted_lsm_hooks of kernel/bpf/bpf_lsm.c
      {"bdev_alloc_security", measured::v7_3}, {"bdev_free_security", measured::v7_3}, {"bpf_map_free"}, {"bpf_prog_free"},
      {"file_alloc_security"}, {"file_free_security"}, {"sk_alloc_security"}, {"sk_free_security"}, {"task_free"},
  };
  const auto found = std::ranges::find(rows, hook, &row::hook);
  return found == std::end(rows) ? measured::none : found->kernels;
}

bool has_trusted_arguments(std::string_view hook) { return untrusted_on(hook) == measured::none; }

}  // namespace lsmith::dsl
