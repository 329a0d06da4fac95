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

/// The largest value of this argument that is not an address: 0 if the argument can be null, always_an_address if it cannot.
constexpr std::int8_t largest_no_address(std::string_view hook, std::string_view argument) {
  struct row {
    std::string_view hook, argument;
    std::int8_t largest = 0;
  };
  constexpr row rows[] = {
      {"mmap_file", "file"},             // anonymous memory
      {"kernel_read_file", "file"},      // before 5.10: null for data from memory
      {"task_kill", "cred"},             // null means the current task's
      {"task_kill", "info", 2},          // SEND_SIG_NOINFO, SEND_SIG_PRIV
      {"settime", "ts"},                 // only the time zone is set
      {"settime", "tz"},
      {"vm_enough_memory", "mm"},
      {"quotactl", "sb"},
      {"shm_shmctl", "perm"},            // null for IPC_INFO
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
