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
#include <string_view>

#include <lsmith/loader/syscall/abi.hpp>

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

using call = __ptrace_syscall_info;

/// Whether a bpf(2) command only asks.
bool only_asks(std::uint64_t command) {
  using enum loader::abi::command;
  constexpr loader::abi::command asking[] = {map_lookup_elem,  map_get_next_key,  obj_get,           prog_get_next_id,
                                             map_get_next_id,  prog_get_fd_by_id, map_get_fd_by_id,  obj_get_info_by_fd,
                                             btf_get_fd_by_id, btf_get_next_id,   link_get_fd_by_id, link_get_next_id};
  return std::ranges::find(asking, static_cast<loader::abi::command>(command)) != std::end(asking);
}

/// Whether closing this descriptor of the child can detach a link, free an object of bpf(2), or unlock a directory of pins.
bool holds_something(pid_t child, std::uint64_t descriptor) {
  char target[128];
  const std::string path = "/proc/" + std::to_string(child) + "/fd/" + std::to_string(descriptor);
  const auto length = readlink(path.c_str(), target, sizeof target);
  const std::string_view what(target, length < 0 ? 0 : static_cast<std::size_t>(length));
  return what.starts_with("anon_inode:") || what.starts_with("/sys/fs/bpf");
}

/// Whether a call changes nothing outside the process. Being killed after the second such call in a row is no new case.
bool is_private(pid_t child, const call& made) {
  constexpr std::uint64_t calls[] = {
      SYS_read,           SYS_pread64,       SYS_lseek,           SYS_brk,
      SYS_mmap,           SYS_munmap,        SYS_mremap,          SYS_mprotect,
      SYS_madvise,        SYS_fstat,         SYS_newfstatat,      SYS_statfs,
      SYS_fstatfs,        SYS_access,        SYS_faccessat,       SYS_readlink,
      SYS_readlinkat,     SYS_getdents64,    SYS_getpid,          SYS_gettid,
      SYS_getuid,         SYS_geteuid,       SYS_capget,          SYS_uname,
      SYS_getrandom,      SYS_prlimit64,     SYS_set_tid_address, SYS_set_robust_list,
      SYS_rseq,           SYS_arch_prctl,    SYS_rt_sigaction,    SYS_epoll_ctl,
      SYS_rt_sigprocmask, SYS_epoll_create1, SYS_clock_gettime,   SYS_sched_getaffinity,
  };
  if (made.entry.nr == SYS_close) return !holds_something(child, made.entry.args[0]);
  if (made.entry.nr == SYS_openat) return (made.entry.args[2] & (O_CREAT | O_TRUNC)) == 0;
  if (made.entry.nr == SYS_bpf) return only_asks(made.entry.args[0]);
  return std::ranges::find(calls, made.entry.nr) != std::end(calls);
}

call entered_by(pid_t child) {
  call info = {};
  ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), child, sizeof info, &info);
  return info;
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
    const bool now = is_private(child, entered_by(child));
    status = step(child);
    if (WIFEXITED(status)) return {false, WEXITSTATUS(status)};
    if (!now || !before) ++done;
    before = now;
  }
  kill(child, SIGKILL);
  wait_for(child);
  return {true, 0};
}

}  // namespace lsmith::tests
