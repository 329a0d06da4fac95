// Before 5.11 the kernel counts the memory of maps and programs against RLIMIT_MEMLOCK, which is often 64 KiB; newer kernels
// count it against the memory cgroup. The limit is checked only when a map or program is created, so it is raised only during
// that call.
#pragma once

#include <sys/resource.h>

#include <utility>

#include <lsmith/btf/base/error.hpp>

namespace lsmith::loader {

/// While one of these lives, RLIMIT_MEMLOCK of this process is unlimited, if the process may raise it (CAP_SYS_RESOURCE). When the
/// last one is destroyed, the limit is what it was before the first. Any number of threads may have one. The limit applies to the
/// whole process: processes that it starts in this time have it too.
class raised_memory_limit {
 public:
  raised_memory_limit();
  ~raised_memory_limit();
  raised_memory_limit(const raised_memory_limit&) = delete;
  raised_memory_limit& operator=(const raised_memory_limit&) = delete;

  bool is_raised() const { return raised_; }

 private:
  bool raised_ = false;
};

/// Calls `make`, which returns a load_result<…>. If the error is memory_limit, calls it once more with the limit raised.
template <class Make>
auto with_locked_memory(Make make) {
  auto made = make();
  if (made || made.error().why() != cause::memory_limit) return made;
  const raised_memory_limit raised;
  if (raised.is_raised()) made = make();
  return made;
}

}  // namespace lsmith::loader
