#include <lsmith/loader/kernel/memory_limit.hpp>

namespace lsmith::loader {

raised_memory_limit::raised_memory_limit() {
  constexpr rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  raised_ = getrlimit(RLIMIT_MEMLOCK, &before_) == 0 && setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
}

raised_memory_limit::~raised_memory_limit() {
  if (raised_) setrlimit(RLIMIT_MEMLOCK, &before_);
}

}  // namespace lsmith::loader
