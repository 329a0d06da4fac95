// Mappings of one page, and changes of their protection.
#pragma once

#include <sys/mman.h>

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

}  // namespace lsmith::tests
