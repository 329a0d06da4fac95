// Bytes from a file or from the kernel are neither aligned nor trusted. A reader checks once that a field is within the
// bytes, then copies it out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#pragma GCC visibility push(default)
namespace lsmith {

/// A view of bytes. It does not own them.
using bytes = std::span<const std::byte>;

/// Whether `length` bytes from `offset` lie within `size`, without overflow.
constexpr bool within(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
  return offset <= size && length <= size - offset;
}

/// The T that starts at `from`, aligned or not. The caller has checked that sizeof(T) bytes are there. T is trivially
/// copyable. The builtin compiles to one load also in the core, which is built freestanding and would call memcpy otherwise.
template <class T>
inline T read_as(const std::byte* from) {
  T value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

/// The bytes of an object; valid as long as the object.
template <class T>
inline bytes bytes_of(const T& object) {
  return {reinterpret_cast<const std::byte*>(&object), sizeof object};
}

/// The characters of a text as bytes; valid as long as the text.
inline bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

}  // namespace lsmith
#pragma GCC visibility pop
