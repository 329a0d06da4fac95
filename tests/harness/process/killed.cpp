#include <lsmith/tests/harness/process/killed.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace lsmith::tests {
namespace {

constexpr int system_call_stop = SIGTRAP | 0x80;  // with PTRACE_O_TRACESYSGOOD

[[noreturn]] void become(const std::vector<std::string>& words) {
  const int nothing = open("/dev/null", O_RDWR);
  for (int stream : {0, 1, 2}) dup2(nothing, stream);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

/// Lets the child run to its next stop at a system call; its wait status.
int step(pid_t child) {
  for (int signal = 0;;) {
    ptrace(PTRACE_SYSCALL, child, nullptr, signal);
    const int status = wait_for(child);
    if (!WIFSTOPPED(status) || WSTOPSIG(status) == system_call_stop) return status;
    signal = WSTOPSIG(status);
  }
}

/// Whether a call changes nothing outside the process. Being killed after the second such call in a row is no new case.
bool is_private(std::uint64_t number) {
  constexpr std::uint64_t calls[] = {SYS_read, SYS_pread64, SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise};
  return std::ranges::find(calls, number) != std::end(calls);
}

std::uint64_t number_of_call(pid_t child) {
  __ptrace_syscall_info info = {};
  ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), child, sizeof info, &info);
  return info.entry.nr;
}

}  // namespace

ending run_killed_after(unsigned calls, const std::vector<std::string>& words) {
  const pid_t child = fork();
  if (child == 0) become(words);
  wait_for(child);  // the stop of execve
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);

  bool before = false;
  for (unsigned done = 0; done < calls;) {
    int status = step(child);
    if (WIFEXITED(status)) return {false, WEXITSTATUS(status)};
    const std::uint64_t number = number_of_call(child);
    status = step(child);
    if (WIFEXITED(status)) return {false, WEXITSTATUS(status)};
    if (!is_private(number) || !before) ++done;
    before = is_private(number);
  }
  kill(child, SIGKILL);
  wait_for(child);
  return {true, 0};
}

}  // namespace lsmith::tests
