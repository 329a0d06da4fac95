// A vector of trivially copyable elements that can only grow. All element types share one function that reallocates;
// std::vector instantiates its own for each type. That keeps small programs small.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#pragma GCC visibility push(default)
namespace lsmith {

/// Allocates room for more than `room` elements of `each` bytes, copies the first `used` elements from `from`, and frees
/// `from`. Sets `room` to the new capacity in elements. Returns the new memory. Throws std::bad_alloc.
void* move_to_larger(void* from, std::size_t used, std::size_t& room, std::size_t each);

/// The next capacity, in elements. It grows by a factor of 8: memory that is never written costs nothing, but copying does.
constexpr std::size_t larger_room(std::size_t room) { return room == 0 ? 8 : 8 * room; }

/// A vector that can only grow. Growing moves the elements, so pointers and references to them become invalid.
template <class T>
class pod_vector {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

 public:
  constexpr pod_vector() = default;
  constexpr pod_vector(const pod_vector& other) { append(other); }
  constexpr pod_vector(pod_vector&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        room_(std::exchange(other.room_, 0)) {}
  constexpr pod_vector& operator=(pod_vector other) noexcept {
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
    return *this;
  }
  constexpr ~pod_vector() {
    if consteval {
      if (first_ != nullptr) std::allocator<T>().deallocate(first_, room_);
    } else {
      ::operator delete(first_);
    }
  }

  /// Appends a copy. `one` must not be an element of this vector, because growing frees it before the copy.
  constexpr void push(const T& one) {
    if (size_ == room_) [[unlikely]]
      grow();
    std::construct_at(first_ + size_++, one);
  }
  constexpr void append(const pod_vector& more) {
    for (const T& one : more) push(one);
  }

  /// Memory for `more` elements after the last. Elements written there become part of the vector with grow_to(), which takes
  /// their end. Not for constant expressions.
  T* room_for(std::size_t more) {
    while (room_ - size_ < more) grow();
    return end();
  }
  void grow_to(const T* end) { size_ = static_cast<std::size_t>(end - first_); }

  constexpr bool empty() const { return size_ == 0; }
  constexpr std::size_t size() const { return size_; }
  constexpr T& operator[](std::size_t index) { return first_[index]; }
  constexpr const T& operator[](std::size_t index) const { return first_[index]; }
  constexpr T* begin() { return first_; }
  constexpr T* end() { return first_ + size_; }
  constexpr const T* begin() const { return first_; }
  constexpr const T* end() const { return first_ + size_; }

 private:
  constexpr void grow() {
    if consteval {
      const std::size_t room = larger_room(room_);
      T* const larger = std::allocator<T>().allocate(room);
      for (std::size_t i = 0; i < size_; ++i) std::construct_at(larger + i, first_[i]);
      if (first_ != nullptr) std::allocator<T>().deallocate(first_, room_);
      first_ = larger;
      room_ = room;
    } else {
      first_ = static_cast<T*>(move_to_larger(first_, size_, room_, sizeof(T)));
    }
  }

  T* first_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace lsmith
#pragma GCC visibility pop
