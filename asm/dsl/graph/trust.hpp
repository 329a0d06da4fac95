// Trusted pointers (PTR_TRUSTED). Since 6.3 the verifier accepts only these as arguments of a helper or a kernel function.
// Trusted are the hook's own arguments, the results of calls, and these members of a trusted struct. Any other pointer can
// be followed, but not passed on. Older verifiers accept every pointer of the right type.
#pragma once

#include <string_view>

namespace lsmith::dsl {

/// Whether a member of a trusted struct is trusted itself. A member that only RCU keeps alive is not, in a sleepable program.
constexpr bool is_trusted_member(std::string_view type, std::string_view member, bool sleepable) {
  struct row {
    std::string_view type, member;
    bool by_rcu = false;
  };
  constexpr row rows[] = {  // BTF_TYPE_SAFE_TRUSTED and BTF_TYPE_SAFE_RCU of kernel/bpf/verifier.c
      {"linux_binprm", "file"},
      {"file", "f_inode"},
      {"dentry", "d_inode"},
      {"socket", "sk"},
      {"task_struct", "cgroups", true},
      {"task_struct", "real_parent", true},
      {"task_struct", "group_leader", true},
      {"css_set", "dfl_cgrp", true},
      {"mm_struct", "exe_file", true},
  };
  for (const row& one : rows)
    if (one.type == type && one.member == member) return !one.by_rcu || !sleepable;
  return false;
}

/// Whether the hook's arguments are trusted: not where an object is being created or freed.
constexpr bool has_trusted_arguments(std::string_view hook) {
  constexpr std::string_view rows[] = {  // untrusted_lsm_hooks of kernel/bpf/bpf_lsm.c
      "bpf_map_free", "bpf_prog_free", "file_alloc_security", "file_free_security", "sk_alloc_security", "sk_free_security", "task_free",
  };
  for (const std::string_view one : rows)
    if (one == hook) return false;
  return true;
}

}  // namespace lsmith::dsl
