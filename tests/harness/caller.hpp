// A process that tries one thing over and over while something else happens.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include <sys/types.h>

namespace lsmith::tests {

/// Tries it in a child of its own without pause, from the start until stop(). `attempt` returns 0 or an errno.
class caller {
 public:
  explicit caller(const std::function<int()>& attempt);
  ~caller();
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;

  /// Lets it end behind the attempt that it is at, so that every one is counted. Its exit status is 0, else it was killed.
  int stop();

  std::uint64_t tries() const { return seen_->tries.load(); }
  std::uint64_t refused() const { return seen_->refused.load(); }      ///< with EPERM or EACCES
  std::uint64_t succeeded() const { return seen_->succeeded.load(); }

 private:
  struct counts {
    std::atomic<std::uint64_t> tries, refused, succeeded;
    std::atomic<bool> ends;
  };
  counts* seen_;  ///< shared with the child, and zero at first
  pid_t child_;
  int status_ = 0;
};

}  // namespace lsmith::tests
