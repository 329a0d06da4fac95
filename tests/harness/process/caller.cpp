#include <lsmith/tests/harness/process/caller.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace lsmith::tests {

caller::caller(const std::function<int()>& attempt) {
  void* shared = mmap(nullptr, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) std::abort();
  seen_ = static_cast<counts*>(shared);
  std::fflush(nullptr);
  child_ = fork();
  if (child_ != 0) return;
  if (nice(10) < 0) _exit(1);  // so that on one CPU the parent's work gets most of the time
  while (!seen_->ends) {
    const int outcome = attempt();
    seen_->refused += outcome == EPERM || outcome == EACCES;
    seen_->succeeded += outcome == 0;
    ++seen_->tries;
  }
  _exit(0);
}

caller::~caller() {
  stop();
  munmap(seen_, sizeof(counts));
}

int caller::stop() {
  if (child_ < 0) return status_;
  seen_->ends = true;
  while (waitpid(child_, &status_, 0) < 0 && errno == EINTR) continue;
  child_ = -1;
  return status_;
}

}  // namespace lsmith::tests
