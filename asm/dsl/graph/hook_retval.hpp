// The return values that a hook accepts. The verifier checks them since 6.12; older ones accept every value.
//
// A program that returns 0 makes no decision: the trampoline then calls the hook's own function, as if no program were
// attached (arch/x86/net/bpf_jit_comp.c, invoke_bpf_mod_ret). Programs that attach to a cgroup run from such a trampoline
// too. So a program that allows returns 0 in every hook. This includes hooks to which 0 has another meaning: from
// task_prctl itself, 0 means that prctl(2) was done.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::dsl {

/// The values that a hook's program may return.
enum class retval_range : std::uint8_t {
  nothing,    ///< the hook returns void: the kernel ignores the value
  errnos,     ///< -4095 to 0
  yes_or_no,  ///< 1 or 0
};

inline constexpr std::int64_t lowest_retval = -4095;  // MAX_ERRNO of include/linux/err.h

/// Whether the hook returns yes or no (kernel/bpf/bpf_lsm.c, bool_lsm_hooks).
constexpr bool returns_bool(std::string_view hook) {
  return hook == "xfrm_state_pol_flow_match" || hook == "audit_rule_known" || hook == "inode_xattr_skipcap";
}

/// The value that a hook returns when no program denies. A program that returns 0 has this result.
struct default_retval {
  std::string_view hook;
  std::int64_t number;
};

/// Hooks whose default is not 0 on some kernel since 5.10 (include/linux/lsm_hook_defs.h, the second argument of LSM_HOOK).
inline constexpr default_retval default_retvals[] = {
    {"dentry_init_security", -95},  // -EOPNOTSUPP
    {"fs_context_parse_param", -519},  // -ENOPARAM
    {"getprocattr", -22},           // -EINVAL
    {"getselfattr", -95},
    {"inode_copy_up_xattr", -95},
    {"inode_getsecurity", -95},
    {"inode_init_security", -95},   // 6.4+; 0 before
    {"inode_setsecurity", -95},
    {"lsmprop_to_secctx", -95},
    {"secid_to_secctx", -95},
    {"setprocattr", -22},
    {"setselfattr", -95},
    {"task_prctl", -38},            // -ENOSYS: the kernel then handles prctl(2) itself
    {"xfrm_state_pol_flow_match", 1},
};

/// Whether the hook returns 0 when its program returns 0. Otherwise it returns its default from the table above.
constexpr bool can_return_zero(std::string_view hook) {
  for (const default_retval& each : default_retvals)
    if (each.hook == hook) return false;
  return true;
}

}  // namespace lsmith::dsl
