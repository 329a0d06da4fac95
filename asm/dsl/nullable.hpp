// A hook's pointer arguments are there when the hook is called, but for some. Kernels from 6.14 on name a few of those
// themselves ("file__nullable"), and their verifiers want the test; on the others a program that follows null reads zeros,
// and a rule about zeros is no rule. The table holds what the callers in the kernel pass as null, from 5.10 to 7.3.
#pragma once

#include <string_view>

namespace lsmith::dsl {

/// Whether the hook may be called with null for this argument.
constexpr bool may_be_null(std::string_view hook, std::string_view argument) {
  struct row {
    std::string_view hook, argument;
  };
  constexpr row rows[] = {
      {"mmap_file", "file"},             // anonymous memory
      {"kernel_read_file", "file"},      // before 5.10: from memory
      {"task_kill", "cred"},             // null: the current task's
      {"task_kill", "info"},             // also 1 and 2, which are no addresses
      {"settime", "ts"},                 // only the time zone is set
      {"settime", "tz"},
      {"vm_enough_memory", "mm"},
      {"quotactl", "sb"},
      {"shm_shmctl", "perm"},            // IPC_INFO asks about none
      {"msg_queue_msgctl", "perm"},
      {"sem_semctl", "perm"},
      {"inode_init_security", "qstr"},   // a file without name
      {"inode_init_security_anon", "context_inode"},
      {"socket_getpeersec_dgram", "sock"},
      {"socket_getpeersec_dgram", "skb"},
      {"bpf_map_create", "token"},
      {"bpf_prog_load", "token"},
  };
  for (const row& one : rows)
    if (one.hook == hook && one.argument == argument) return true;
  return false;
}

}  // namespace lsmith::dsl
