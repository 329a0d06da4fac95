#include <lsmith/tests/harness/process/guest.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace lsmith::tests {
namespace {

int page_size() { return static_cast<int>(sysconf(_SC_PAGESIZE)); }

int try_mprotect(void* page) {
  if (mprotect(page, static_cast<std::size_t>(page_size()), PROT_READ) != 0) return errno;
  return mprotect(page, static_cast<std::size_t>(page_size()), PROT_READ | PROT_WRITE) != 0 ? errno : 0;
}

}  // namespace

int try_socket(int family) {
  const int type = family == AF_ALG                                               ? SOCK_SEQPACKET
                   : family == AF_INET || family == AF_INET6 || family == AF_UNIX ? SOCK_STREAM
                                                                                  : SOCK_RAW;
  const int opened = socket(family, type, 0);
  if (opened < 0) return errno;
  close(opened);
  return 0;
}

int try_open(const std::string& path, int flags) {
  const int opened = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (opened < 0) return errno;
  close(opened);
  return 0;
}

int try_heap_mprotect() {
  // A page well inside the heap: two pages more than needed, aligned upwards.
  char* start = static_cast<char*>(sbrk(4 * page_size()));
  if (start == reinterpret_cast<char*>(-1)) return errno;
  const auto aligned = (reinterpret_cast<std::uintptr_t>(start) + static_cast<unsigned>(page_size()) - 1) &
                       ~static_cast<std::uintptr_t>(page_size() - 1);
  return try_mprotect(reinterpret_cast<void*>(aligned));
}

int try_mapped_mprotect() {
  void* page = mmap(nullptr, static_cast<std::size_t>(page_size()), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return errno;
  const int outcome = try_mprotect(page);
  munmap(page, static_cast<std::size_t>(page_size()));
  return outcome;
}

int in_child(const std::function<int()>& body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int as_user(uid_t uid, const std::function<int()>& body) {
  return in_child([&] { return setresuid(uid, uid, uid) == 0 ? body() : 255; });
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) count += entry.exists() || true;
  return count;
}

temporary_cgroup::temporary_cgroup(std::string_view name) : path_("/sys/fs/cgroup/" + std::string(name)) {
  mkdir(path_.c_str(), 0755);
}

temporary_cgroup::~temporary_cgroup() { rmdir(path_.c_str()); }

bool temporary_cgroup::join() const {
  std::ofstream procs(path_ + "/cgroup.procs");
  procs << 0 << std::flush;
  return procs.good();
}

}  // namespace lsmith::tests
