#include <lsmith/tests/harness/attacks/other_process.hpp>

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace lsmith::tests {

sleeper::sleeper(uid_t user) : id(fork()) {
  if (id != 0) {
    usleep(50'000);
    return;
  }
  if (setresuid(user, user, user) != 0) _exit(1);
  for (;;) pause();
}

sleeper::~sleeper() {
  kill(id, SIGKILL);
  waitpid(id, nullptr, 0);
}

int attach_and_leave(pid_t process) {
  if (ptrace(PTRACE_ATTACH, process, nullptr, nullptr) != 0) return errno;
  waitpid(process, nullptr, __WALL);
  return outcome_of(ptrace(PTRACE_DETACH, process, nullptr, nullptr));
}

int take_descriptor(pid_t process, int descriptor) {
  const int opened = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
  return opened < 0 ? not_possible : outcome_of(syscall(SYS_pidfd_getfd, opened, descriptor, 0));
}

}  // namespace lsmith::tests
