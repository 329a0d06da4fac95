// System calls as a 32-bit program enters the kernel.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace lsmith::tests {

/// Memory whose address fits 32 bits, with this text; null if there is none.
inline void* low_memory(std::string_view text) {
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  std::memcpy(memory, text.data(), text.size());
  return memory;
}

/// ioctl(2) with a pointer to this text. 0 or an errno; ENOSYS if the kernel has no such entry.
inline int compat_ioctl(int file, unsigned command, std::string_view text = {}) {
  constexpr long ioctl_of_i386 = 54;
  long result = ioctl_of_i386;
  const auto argument = text.empty() ? 0L : reinterpret_cast<long>(low_memory(text));
  asm volatile("int $0x80"
               : "+a"(result)
               : "b"(static_cast<long>(file)), "c"(static_cast<long>(command)), "d"(argument)
               : "memory", "r8", "r9", "r10", "r11");
  return result < 0 ? static_cast<int>(-result) : 0;
}

}  // namespace lsmith::tests
