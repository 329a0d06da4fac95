// A process that repeats one call while the test does something else, such as replacing a policy.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include <sys/types.h>

namespace lsmith::tests {

/// Repeats `attempt` in a child process without pause, from construction until stop(). `attempt` returns 0 or an errno.
class caller {
 public:
  explicit caller(const std::function<int()>& attempt);
  ~caller();
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;

  /// Ends the child after its current attempt, so that every attempt is counted. Returns the status of waitpid(2): 0, unless
  /// the child was killed.
  int stop();

  std::uint64_t tries() const { return seen_->tries.load(); }
  std::uint64_t refused() const { return seen_->refused.load(); }      ///< attempts that failed with EPERM or EACCES
  std::uint64_t succeeded() const { return seen_->succeeded.load(); }

 private:
  struct counts {
    std::atomic<std::uint64_t> tries, refused, succeeded;
    std::atomic<bool> ends;
  };
  counts* seen_;  ///< shared with the child; starts at zero
  pid_t child_;
  int status_ = 0;
};

}  // namespace lsmith::tests
