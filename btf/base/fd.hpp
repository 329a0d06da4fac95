// A file descriptor that closes itself. The kernel ties a link, map or program to the descriptor that holds it: when the
// last one closes, a policy that is not pinned is gone. So who owns a descriptor decides how long a policy is in force.
#pragma once

#include <utility>

#include <lsmith/btf/base/system_call.hpp>

namespace lsmith {

/// Owns one open file descriptor, or none (-1). Moves, never copies.
class fd {
 public:
  fd() = default;
  explicit fd(int number) : number_(number) {}
  fd(fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  fd& operator=(fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.number_, -1));
    return *this;
  }
  fd(const fd&) = delete;
  fd& operator=(const fd&) = delete;
  ~fd() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

  /// Gives the descriptor away; the caller closes it.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

  /// Closes what is held and takes `number` instead.
  void reset(int number = -1) {
    if (number_ >= 0) system_call(sys::close, number_);
    number_ = number;
  }

 private:
  int number_ = -1;
};

}  // namespace lsmith
