// The return values that a hook accepts. The verifier checks them since 6.12; older ones accept every value.
//
// A program that returns 0 makes no decision: the trampoline then calls the hook's own function, as if no program were
// attached (arch/x86/net/bpf_jit_comp.c, invoke_bpf_mod_ret). Programs that attach to a cgroup run from such a trampoline
// too. So a program that allows returns 0 in every hook. This includes hooks to which 0 has another meaning: from
// task_prctl itself, 0 means that prctl(2) was done.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/asm/dsl/graph/kernel_set.hpp>

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
  kernel_set kernels;  ///< on which it is this number; 0 on the others
};

/// Hooks whose default is not 0 on some kernel (include/linux/lsm_hook_defs.h, the second argument of LSM_HOOK).
inline constexpr default_retval default_retvals[] = {
    {"dentry_init_security", -95, measured::since_6_1},  // -EOPNOTSUPP
    {"fs_context_parse_param", -519, measured::all},  // -ENOPARAM
    {"getprocattr", -22, measured::all},              // -EINVAL
    {"getselfattr", -95, measured::since_6_12},
    {"inode_copy_up_xattr", -95, measured::all},
    {"inode_getsecctx", -95, measured::all},
    {"inode_getsecurity", -95, measured::all},
    {"inode_init_security", -95, measured::since_6_12},
    {"inode_setsecurity", -95, measured::all},
    {"lsmprop_to_secctx", -95, measured::since_6_18},
    {"secid_to_secctx", -95, measured::all},
    {"setprocattr", -22, measured::all},
    {"setselfattr", -95, measured::since_6_12},
    {"socket_getpeersec_dgram", -92, measured::v5_10 | measured::since_6_12},  // -ENOPROTOOPT
    {"socket_getpeersec_stream", -92, measured::v5_10 | measured::since_6_12},
    {"task_prctl", -38, measured::all},  // -ENOSYS: the kernel then handles prctl(2) itself
    {"vm_enough_memory", 1, measured::v5_10 | measured::v6_1},
    {"xfrm_state_pol_flow_match", 1, measured::all},
};

/// The hook's default on these kernels.
constexpr std::int64_t default_retval_of(std::string_view hook, kernel_set on) {
  for (const default_retval& each : default_retvals)
    if (each.hook == hook && (each.kernels & on) != 0) return each.number;
  return 0;
}

/// Whether the hook returns 0 on every kernel when its program returns 0. Otherwise it returns its default from the table above.
constexpr bool can_return_zero(std::string_view hook) { return default_retval_of(hook, measured::all) == 0; }

}  // namespace lsmith::dsl
