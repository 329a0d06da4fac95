// Bytes from a file or the kernel are not aligned and not trusted: they are copied out field by field, after one check
// that the field lies inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace lsmith {

/// Bytes that somebody else owns.
using bytes = std::span<const std::byte>;

/// Whether `length` bytes from `offset` lie within `size`, without overflow.
constexpr bool within(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
  return offset <= size && length <= size - offset;
}

/// The T that starts at `from`, aligned or not. The caller has checked that it is there. (The builtin is one load also in the core,
/// where the compiler is told that memcpy is whatever somebody brings along.)
template <class T>
inline T read_as(const std::byte* from) {
  T value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

/// Any object's own bytes.
template <class T>
inline bytes bytes_of(const T& object) {
  return {reinterpret_cast<const std::byte*>(&object), sizeof object};
}

/// The text's characters as bytes.
inline bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace lsmith
