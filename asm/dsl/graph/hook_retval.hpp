// What a hook's program may answer. Verifiers from 6.12 on demand it, older ones let everything pass.
//
// A program's 0 is no answer but the absence of one: the trampoline then goes on to the hook's own function, as it does where
// no program is attached (arch/x86/net/bpf_jit_comp.c, invoke_bpf_mod_ret; programs for a cgroup stand behind the same). So a
// program that lets pass answers 0 in every hook, also where the kernel takes a 0 for more than that: in task_prctl it would
// be a prctl(2) that was done.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::dsl {

enum class retval_range : std::uint8_t {
  nothing,    ///< a hook that returns void: nobody looks at the answer
  errnos,     ///< -4095 to 0
  yes_or_no,  ///< 1 or 0
};

inline constexpr std::int64_t lowest_retval = -4095;  // MAX_ERRNO of include/linux/err.h

/// Hooks whose answers are yes and no (kernel/bpf/bpf_lsm.c, bool_lsm_hooks).
constexpr bool returns_bool(std::string_view hook) {
  return hook == "xfrm_state_pol_flow_match" || hook == "audit_rule_known" || hook == "inode_xattr_skipcap";
}

/// What a hook answers where no program objects, and so what a program's 0 comes to there.
struct default_retval {
  std::string_view hook;
  std::int64_t number;
};

/// Hooks in which that is not 0 on some kernel from 5.10 on (include/linux/lsm_hook_defs.h, the second word of LSM_HOOK).
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
    {"task_prctl", -38},            // -ENOSYS: the kernel does what prctl(2) asked for
    {"xfrm_state_pol_flow_match", 1},
};

/// Whether a 0 of the program's stays a 0.
constexpr bool can_return_zero(std::string_view hook) {
  for (const default_retval& each : default_retvals)
    if (each.hook == hook) return false;
  return true;
}

}  // namespace lsmith::dsl
