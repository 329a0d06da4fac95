// Mappings of one page, changes of their protection, and shared segments.
#pragma once

#include <sys/mman.h>
#include <sys/shm.h>

#include <cerrno>
#include <cstddef>
#include <initializer_list>

namespace lsmith::tests {

inline constexpr std::size_t page = 4096;
inline constexpr int rw = PROT_READ | PROT_WRITE, rx = PROT_READ | PROT_EXEC, rwx = rw | PROT_EXEC;

inline void* map_memory(int protection, int flags = MAP_PRIVATE | MAP_ANONYMOUS, int file = -1) {
  return mmap(nullptr, page, protection, flags, file, 0);
}

inline int try_map(int protection, int flags = MAP_PRIVATE | MAP_ANONYMOUS, int file = -1) {
  return map_memory(protection, flags, file) == MAP_FAILED ? errno : 0;
}

/// Maps memory, writes to it if it is writable, and changes its protection step by step. Returns the first errno, or 0.
inline int try_change(int first, std::initializer_list<int> then, int flags = MAP_PRIVATE | MAP_ANONYMOUS, int file = -1) {
  void* memory = map_memory(first, flags, file);
  if (memory == MAP_FAILED) return errno;
  if (first & PROT_WRITE) *static_cast<volatile char*>(memory) = 1;
  for (const int protection : then)
    if (mprotect(memory, page, protection) != 0) return errno;
  return 0;
}

/// Attaches a new shared segment of one page as code (shmat(2)); 0, or the errno.
inline int try_shared_segment() {
  const int segment = shmget(IPC_PRIVATE, page, IPC_CREAT | 0700);
  if (segment < 0) return errno;
  const void* memory = shmat(segment, nullptr, SHM_EXEC);
  const int outcome = memory == reinterpret_cast<void*>(-1) ? errno : 0;
  shmctl(segment, IPC_RMID, nullptr);
  return outcome;
}

}  // namespace lsmith::tests
