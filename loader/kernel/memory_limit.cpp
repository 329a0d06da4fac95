#include <lsmith/loader/kernel/memory_limit.hpp>

#include <mutex>

namespace lsmith::loader {
namespace {

// The limit belongs to the process. The first object raises it and the last one restores it, so that threads do not lower it for
// each other, and none of them takes the raised limit for the original one.
std::mutex changing;
unsigned raisers = 0;
rlimit original = {};

}  // namespace

raised_memory_limit::raised_memory_limit() {
  constexpr rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  const std::lock_guard lock(changing);
  raised_ = raisers != 0 || (getrlimit(RLIMIT_MEMLOCK, &original) == 0 && setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0);
  if (raised_) ++raisers;
}

raised_memory_limit::~raised_memory_limit() {
  if (!raised_) return;
  const std::lock_guard lock(changing);
  if (--raisers == 0) setrlimit(RLIMIT_MEMLOCK, &original);
}

}  // namespace lsmith::loader
