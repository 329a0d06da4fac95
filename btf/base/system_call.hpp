// Raw system calls. The core runs without a C library, so it enters the kernel itself. A return value between -4095 and -1 is
// a negated errno. The C library's errno variable is not set.
#pragma once

#include <cstdint>

namespace lsmith {

/// System call numbers that the core uses, for the architecture it is built for.
namespace sys {
#if defined(__x86_64__)
enum number : long {
  read = 0,
  write = 1,
  close = 3,
  mmap = 9,
  munmap = 11,
  pread64 = 17,
  lseek = 8,
  exit = 60,
  fcntl = 72,
  getpid = 39,
  getdents64 = 217,
  geteuid = 107,
  capget = 125,
  openat = 257,
  newfstatat = 262,
  perf_event_open = 298,
  bpf = 321,
  statfs = 137,
  ioctl = 16,
  ppoll = 271,
  prlimit64 = 302,
  flock = 73,
  mkdirat = 258,
  unlinkat = 263,
  symlinkat = 266,
  readlinkat = 267,
  renameat2 = 316,
  statx = 332,
  clock_gettime = 228,
};
#elif defined(__aarch64__)
enum number : long {
  read = 63,
  write = 64,
  close = 57,
  mmap = 222,
  munmap = 215,
  pread64 = 67,
  lseek = 62,
  exit = 93,
  fcntl = 25,
  getpid = 172,
  getdents64 = 61,
  geteuid = 175,
  capget = 90,
  openat = 56,
  newfstatat = 79,
  perf_event_open = 241,
  bpf = 280,
  statfs = 43,
  ioctl = 29,
  ppoll = 73,
  prlimit64 = 261,
  flock = 32,
  mkdirat = 34,
  unlinkat = 35,
  symlinkat = 36,
  readlinkat = 78,
  renameat2 = 276,
  statx = 291,
  clock_gettime = 113,
};
#else
#error "lsmith knows the system calls of x86_64 and aarch64"
#endif
/// Since Linux 6.8; the number is the same on every architecture.
inline constexpr long lsm_list_modules = 461;
}  // namespace sys

/// Makes a system call with up to six arguments. Returns the kernel's value unchanged: a negated errno on failure, -EINTR
/// included.
inline long system_call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
#if defined(__x86_64__)
  long ret = number;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall" : "+a"(ret) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return ret;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#endif
}

/// A pointer as a system call argument.
inline long pointer_argument(const void* pointer) { return reinterpret_cast<long>(pointer); }

}  // namespace lsmith
