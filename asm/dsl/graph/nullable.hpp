// Most pointer arguments of hooks are never null; some can be. Kernels since 6.14 mark a few of those by name
// ("file__nullable"), and their verifiers require a null test. For the others, the verifier assumes that the argument is
// not null. Since 6.8 it removes an equality test with null as redundant, and a load through a null pointer would crash
// the kernel. It keeps an unsigned "greater than" test, because it assumes nothing about the value of an address. The table
// contains what callers in the kernel pass, from 5.10 to 7.3.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::dsl {

/// For an argument that is always an address: it needs no extra test.
constexpr std::int8_t always_an_address = -1;

/// An argument that can be null, and the largest of its values that is not an address.
struct nullable_argument {
  std::string_view hook, argument;
  std::int8_t largest = 0;
};

inline constexpr nullable_argument nullable_arguments[] = {
    {"bpf_map_create", "token"},
    {"bpf_prog_load", "token"},
    {"inode_init_security", "qstr"},  // a file without name
    {"inode_init_security_anon", "context_inode"},
    {"inode_post_set_acl", "kacl"},  // an empty value for system.posix_acl_access removes the list
    {"inode_set_acl", "kacl"},
    {"lsmprop_to_secctx", "cp"},  // only the length is requested
    {"mmap_file", "file"},        // anonymous memory
    {"msg_queue_msgctl", "perm"},
    {"quotactl", "sb"},
    {"secid_to_secctx", "cp"},
    {"sem_semctl", "perm"},
    {"settime", "ts"},       // only the time zone is set
    {"settime", "tz"},
    {"shm_shmctl", "perm"},  // null for IPC_INFO
    {"socket_getpeersec_dgram", "skb"},
    {"socket_getpeersec_dgram", "sock"},
    {"task_kill", "cred"},     // null means the current task's
    {"task_kill", "info", 2},  // SEND_SIG_NOINFO, SEND_SIG_PRIV
    {"vm_enough_memory", "mm"},
    {"xfrm_policy_clone_security", "old_ctx"},  // a policy without a security context, in this and the next
    {"xfrm_policy_delete_security", "ctx"},
    {"xfrm_policy_free_security", "ctx"},
    {"xfrm_policy_lookup", "ctx"},
    {"xfrm_state_alloc_acquire", "polsec"},
    {"xfrm_state_alloc", "sec_ctx"},
};

/// The largest value of this argument that is not an address: 0 if the argument can be null, always_an_address if it cannot.
constexpr std::int8_t largest_no_address(std::string_view hook, std::string_view argument) {
  for (const nullable_argument& one : nullable_arguments)
    if (one.hook == hook && one.argument == argument) return one.largest;
  return always_an_address;
}

}  // namespace lsmith::dsl
