// Memory that is shared with the kernel: the pages of a ring buffer, a perf buffer or a mappable array.
#pragma once

#include <cstddef>
#include <utility>

#include <sys/mman.h>

namespace lsmith::loader {

/// Owns one mmap(2) area, or none.
class mapping {
 public:
  mapping() = default;
  /// Maps `length` bytes of `file` from `offset`, shared. Empty on failure; errno then has the reason.
  mapping(std::size_t length, int protection, int file, off_t offset)
      : start_(mmap(nullptr, length, protection, MAP_SHARED, file, offset)), length_(length) {
    if (start_ == MAP_FAILED) start_ = nullptr;
  }
  mapping(mapping&& other) noexcept : start_(std::exchange(other.start_, nullptr)), length_(other.length_) {}
  mapping& operator=(mapping&& other) noexcept {
    std::swap(start_, other.start_);
    std::swap(length_, other.length_);
    return *this;
  }
  ~mapping() {
    if (start_ != nullptr) munmap(start_, length_);
  }

  explicit operator bool() const { return start_ != nullptr; }
  std::byte* data() const { return static_cast<std::byte*>(start_); }

 private:
  void* start_ = nullptr;
  std::size_t length_ = 0;
};

}  // namespace lsmith::loader
