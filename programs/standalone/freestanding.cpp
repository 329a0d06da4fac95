// What a program needs that is linked with no library: an entry point, and the four functions to which the compiler emits calls
// by itself. The entry point passes the words of the command line to run() (freestanding.hpp) and exits with its result.
#include <lsmith/programs/standalone/freestanding.hpp>

#include <cstddef>

#include <lsmith/btf/base/system_call.hpp>

extern "C" {
#if defined(__x86_64__)
void* memcpy(void* to, const void* from, std::size_t length) {
  void* const start = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
  return start;
}
void* memset(void* to, int value, std::size_t length) {
  void* const start = to;
  asm volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(value) : "memory");
  return start;
}
#else
// Volatile: otherwise the compiler recognizes the loops and replaces them by calls of these same functions.
void* memcpy(void* to, const void* from, std::size_t length) {
  auto* target = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < length; ++i) target[i] = static_cast<const char*>(from)[i];
  return to;
}
void* memset(void* to, int value, std::size_t length) {
  auto* target = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < length; ++i) target[i] = static_cast<char>(value);
  return to;
}
#endif
void* memmove(void* to, const void* from, std::size_t length) {
  if (to <= from) return memcpy(to, from, length);
  auto* target = static_cast<volatile char*>(to);
  while (length-- > 0) target[length] = static_cast<const char*>(from)[length];
  return to;
}
int memcmp(const void* a, const void* b, std::size_t length) {
  const auto *x = static_cast<const unsigned char*>(a), *y = static_cast<const unsigned char*>(b);
  for (std::size_t i = 0; i < length; ++i)
    if (x[i] != y[i]) return x[i] - y[i];
  return 0;
}

[[noreturn]] void start_with(long* stack) {
  const auto count = static_cast<std::size_t>(*stack);
  const long status = lsmith::run({reinterpret_cast<char**>(stack + 1), count});
  lsmith::system_call(lsmith::sys::exit, status);
  __builtin_unreachable();
}
}

#if defined(__x86_64__)
asm(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call start_with\n");
#elif defined(__aarch64__)
asm(".globl _start\n_start: mov x0, sp\n bl start_with\n");
#endif
