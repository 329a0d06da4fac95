// A program made of the core alone: no C library, no heap, its own _start and mem* functions. It reads the running
// kernel's types, finds a hook, loads a program that denies it and attaches it, all with what a boot image has.
//   core-alone HOOK            find the hook, print its id
//   core-alone HOOK --attach   and attach a program that refuses with EPERM, until standard input ends
#include <lsmith/asm/insn.hpp>
#include <lsmith/asm/patch.hpp>
#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/btf/resolve.hpp>
#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/kernel_btf.hpp>

extern "C" {
void* memcpy(void* to, const void* from, std::size_t length) {
  auto* target = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < length; ++i) target[i] = static_cast<const char*>(from)[i];
  return to;
}
void* memmove(void* to, const void* from, std::size_t length) {
  if (to <= from) return memcpy(to, from, length);
  auto* target = static_cast<volatile char*>(to);
  while (length-- > 0) target[length] = static_cast<const char*>(from)[length];
  return to;
}
void* memset(void* to, int value, std::size_t length) {
  auto* target = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < length; ++i) target[i] = static_cast<char>(value);
  return to;
}
int memcmp(const void* a, const void* b, std::size_t length) {
  const auto *x = static_cast<const volatile unsigned char*>(a), *y = static_cast<const volatile unsigned char*>(b);
  for (std::size_t i = 0; i < length; ++i)
    if (x[i] != y[i]) return x[i] - y[i];
  return 0;
}
}

namespace {

using namespace lsmith;

void print(void*, const char* text, std::size_t length) { system_call(sys::write, 1, pointer_argument(text), static_cast<long>(length)); }
constinit const text_sink out(print, nullptr);

int complain(const error& what) {
  describe(what, out);
  out.text({"\n", 1});
  return 1;
}

std::string_view word(const char* text) {
  std::size_t length = 0;
  while (text[length] != '\0') ++length;
  return {text, length};
}

result<fd> deny(std::uint32_t hook) {
  const isa::insn code[] = {{0xb4, 0, 0, -1}, {0x95, 0, 0, 0}};  // w0 = -1 (EPERM); exit
  loader::abi::prog_load what{.prog_type = static_cast<std::uint32_t>(loader::abi::prog_type::lsm),
                              .insn_cnt = 2,
                              .insns = loader::abi::address(code),
                              .license = loader::abi::address("GPL"),
                              .expected_attach_type = static_cast<std::uint32_t>(loader::abi::attach_type::lsm_mac),
                              .attach_btf_id = hook};
  auto program = loader::load_program(what);
  if (!program) return program;
  return loader::attach_lsm(*program);
}

int main_alone(int count, char** words) {
  if (count < 2) return 2;
  loader::kernel_btf kernel;
  if (auto opened = kernel.open(); !opened) return complain(opened.error());
  auto types = kernel.types();
  btf::wanted hook{.ask = btf::question::hook_id, .name = word(words[1])};
  if (auto read = btf::resolve(types, {&hook, 1}); !read) return complain(read.error());
  if (hook.failed != cause::none) return complain(btf::error_of(hook));
  out.number(hook.value);
  out.text({"\n", 1});
  if (count < 3) return 0;

  auto link = deny(static_cast<std::uint32_t>(hook.value));
  if (!link) return complain(link.error());
  out.text({"attached\n", 9});
  char word_from_outside;
  while (system_call(sys::read, 0, pointer_argument(&word_from_outside), 1) > 0) continue;
  return 0;
}

}  // namespace

extern "C" [[noreturn]] void start_with(long* stack) {
  const long status = main_alone(static_cast<int>(*stack), reinterpret_cast<char**>(stack + 1));
  system_call(sys::exit, status);
  __builtin_unreachable();
}

#if defined(__x86_64__)
asm(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call start_with\n");
#elif defined(__aarch64__)
asm(".globl _start\n_start: mov x0, sp\n bl start_with\n");
#endif
