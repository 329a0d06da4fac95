// A list that only grows, of things that are copied by their bytes. All kinds of them share the function that makes room, which
// std::vector has once for each: small programs stay small.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace lsmith {

/// Memory for more elements of `each` bytes than `room`, which is set anew; with the first `used` elements of what was there,
/// which is given back.
void* move_to_larger(void* from, std::size_t used, std::size_t& room, std::size_t each);

/// How many elements there is room for next. Room that is not used is not touched, so it may be ample; what is moved is.
constexpr std::size_t larger_room(std::size_t room) { return room == 0 ? 8 : 8 * room; }

/// A list that only grows. Elements move when it does.
template <class T>
class pod_vector {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

 public:
  constexpr pod_vector() = default;
  constexpr pod_vector(const pod_vector& other) { append(other); }
  constexpr pod_vector(pod_vector&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), size_(std::exchange(other.size_, 0)), room_(std::exchange(other.room_, 0)) {}
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

  /// `one` is no element of this list.
  constexpr void push(const T& one) {
    if (size_ == room_) [[unlikely]] grow();
    std::construct_at(first_ + size_++, one);
  }
  constexpr void append(const pod_vector& more) {
    for (const T& one : more) push(one);
  }

  /// Room for `more` elements behind the last; what is written there counts from grow_to() on. Not in constant expressions.
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
