#include <lsmith/tests/harness/killed.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

  std::uint64_t before = 0;
  for (unsigned done = 0; done < calls;) {
    int status = step(child);
    if (WIFEXITED(status)) return {false, WEXITSTATUS(status)};
    const std::uint64_t number = number_of_call(child);
    status = step(child);
    if (WIFEXITED(status)) return {false, WEXITSTATUS(status)};
    if (number != SYS_pread64 || before != SYS_pread64) ++done;
    before = number;
  }
  kill(child, SIGKILL);
  wait_for(child);
  return {true, 0};
}

}  // namespace lsmith::tests
