// Ways to become exempt from a policy, and out of the processes that it binds.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith::tests;

const char* const exempt_path = "/bin/lsmith";

[[gnu::always_inline]] inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  long result = number;
  asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return result;
}

/// What the claimant needs: it must not touch its own program any more.
struct claim {
  struct {
    long start, length;
  } mapped[16] = {};  ///< the mappings of its own program
  long count = 0;
  long option = 0, argument = 0, size = 0;  ///< of prctl(PR_SET_MM)
};

/// Unmaps the program, without which the kernel lets no process change its executable; makes the claim; and then does what the
/// policy denies. Runs in a copy, so it calls nothing.
[[gnu::noinline]] void claim_and_try(const claim* with) {
  for (long i = 0; i < with->count; ++i) call(SYS_munmap, with->mapped[i].start, with->mapped[i].length);
  const long claimed = call(SYS_prctl, PR_SET_MM, with->option, with->argument, with->size, 0);
  const long opened = claimed < 0 ? claimed : call(SYS_socket, AF_PACKET, SOCK_RAW, 0);
  call(SYS_exit_group, opened < 0 ? -opened : 0);
  __builtin_trap();
}

claim of_own_program() {
  claim made;
  char program[256] = {};
  if (readlink("/proc/self/exe", program, sizeof program - 1) < 0) _exit(253);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long start = 0, end = 0;
    const bool is_own = line.ends_with(program);
    if (!is_own || std::sscanf(line.c_str(), "%lx-%lx", &start, &end) != 2 || made.count == 16) continue;
    made.mapped[made.count++] = {static_cast<long>(start), static_cast<long>(end - start)};
  }
  return made;
}

/// Runs claim_and_try() in memory that belongs to no file.
int make_claim(const claim& how) {
  constexpr std::size_t room = 65536;
  auto* const memory =
      static_cast<char*>(mmap(nullptr, room, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (memory == MAP_FAILED) return errno;
  std::memcpy(memory, reinterpret_cast<const void*>(claim_and_try), 4096);
  auto* const request = new (memory + 8192) claim(how);
  reinterpret_cast<void (*)(const claim*)>(memory)(request);
  return 252;
}

int claim_by_file() {
  claim how = of_own_program();
  how.option = PR_SET_MM_EXE_FILE;
  how.argument = open(exempt_path, O_RDONLY);
  return make_claim(how);
}

/// The addresses of the process as they are, from /proc/self/stat, with another executable.
prctl_mm_map present_map() {
  std::ifstream stat("/proc/self/stat");
  std::string text;
  std::getline(stat, text);
  std::uint64_t fields[53] = {};
  std::size_t at = text.rfind(')') + 2;
  for (int field = 3; field < 53; ++field) {
    if (field > 3) fields[field] = std::strtoull(text.c_str() + at, nullptr, 10);
    at = text.find(' ', at);
    if (at == text.npos) break;
    ++at;
  }
  prctl_mm_map now = {};
  now.start_code = fields[26], now.end_code = fields[27], now.start_stack = fields[28];
  now.start_data = fields[45], now.end_data = fields[46], now.start_brk = fields[47];
  now.brk = reinterpret_cast<std::uint64_t>(sbrk(0));
  now.arg_start = fields[48], now.arg_end = fields[49], now.env_start = fields[50], now.env_end = fields[51];
  return now;
}

int claim_by_map() {
  // On the stack, because the program's data is unmapped when the kernel reads it.
  prctl_mm_map requested = present_map();
  requested.exe_fd = static_cast<std::uint32_t>(open(exempt_path, O_RDONLY));
  claim how = of_own_program();
  how.option = PR_SET_MM_MAP;
  how.argument = reinterpret_cast<long>(&requested);
  how.size = sizeof requested;
  return make_claim(how);
}

/// Opens what the policy exempts by an uid that is no real uid of the process.
int with_another_effective_uid() { return setresuid(4711, 0, 0) != 0 ? errno : try_socket(AF_PACKET); }

int leave_the_cgroup() {
  std::ofstream("/sys/fs/cgroup/cgroup.procs") << getpid() << std::flush;
  return try_socket(AF_PACKET);
}

const std::vector<std::string> no_packets = {"deny-socket-family", "--family", "AF_PACKET"};

std::vector<std::string> with(std::vector<std::string> more) {
  more.insert(more.begin(), no_packets.begin(), no_packets.end());
  return more;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("bypasses by exemptions") {
  attack({.words = with({"--except-exe", exempt_path}),
          .bypasses = {denied("PR_SET_MM_EXE_FILE to an exempt executable", "executable-claimed", claim_by_file),
                       denied("PR_SET_MM_MAP to an exempt executable", "executable-claimed", claim_by_map),
                       denied("generation of an exempt executable for another file", "generation-set",
                              [] { return set_generation("/proc/self/exe", version_command::usual); })},
          .can_be_built = false});
  attack({.words = with({"--except-uid", "4711"}),
          .bypasses = {open_to("real uid that is exempt, effective uid 0", "", with_another_effective_uid)}});
}

TEST_CASE("bypasses by leaving the scope") {
  attack({.words = no_packets, .bypasses = {open_to("leaving the cgroup of the scope", "", leave_the_cgroup)}});
}

TEST_SUITE_END();
