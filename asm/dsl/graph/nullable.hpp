// A hook's pointer arguments are there when the hook is called, but for some. Kernels from 6.14 on name a few of those
// themselves ("file__nullable"), and their verifiers want the test. Others promise the verifier that such an argument is
// there: from 6.8 on it takes out an equality test with null as needless, and a load through the pointer would bring the
// kernel down. What no verifier takes out is an unsigned "greater than": it knows nothing about the size of addresses. The
// table holds what the callers in the kernel pass, from 5.10 to 7.3.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::dsl {

/// What a pointer can be that it is taken not to be.
constexpr std::int8_t always_an_address = -1;

/// The largest number below all addresses that the hook may be called with for this argument: 0 for null.
constexpr std::int8_t largest_no_address(std::string_view hook, std::string_view argument) {
  struct row {
    std::string_view hook, argument;
    std::int8_t largest = 0;
  };
  constexpr row rows[] = {
      {"mmap_file", "file"},             // anonymous memory
      {"kernel_read_file", "file"},      // before 5.10: from memory
      {"task_kill", "cred"},             // null: the current task's
      {"task_kill", "info", 2},          // SEND_SIG_NOINFO, SEND_SIG_PRIV
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
    if (one.hook == hook && one.argument == argument) return one.largest;
  return always_an_address;
}

}  // namespace lsmith::dsl
