// A file descriptor that closes itself. A descriptor is a reference to a link, map or program. When the last reference is
// closed, the kernel frees the object and detaches its program, unless it is pinned. So the lifetime of an `fd` decides how
// long a policy is enforced.
#pragma once

#include <utility>

#include <lsmith/btf/base/system_call.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// Owns one open file descriptor, or none (-1). Can be moved, not copied. The destructor closes it and ignores errors.
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

  int get() const { return number_; }  ///< -1 when there is none; stays owned by this object
  explicit operator bool() const { return number_ >= 0; }

  /// Gives up ownership; the caller closes the descriptor.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

  /// Closes the owned descriptor, if any, and takes ownership of `number`.
  void reset(int number = -1) {
    if (number_ >= 0) system_call(sys::close, number_);
    number_ = number;
  }

 private:
  int number_ = -1;
};

}  // namespace lsmith
#pragma GCC visibility pop
