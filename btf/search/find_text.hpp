// Finds a name in two megabytes of strings, as fast as they can be read. Two characters of the name are compared at sixty-four
// offsets at once; the whole name is compared only where both are equal. The two characters are those of the name that are
// rarest in C names, so that happens seldom.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lsmith::btf {

/// A name in two parts, of which the first may be empty. Each is a view.
struct two_part_text {
  std::string_view first;
  std::string_view second;

  std::size_t size() const { return first.size() + second.size(); }
  char operator[](std::size_t i) const { return i < first.size() ? first[i] : second[i - first.size()]; }
};

/// Whether the bytes at `at` are the text and then a zero byte. At least text.size() + 1 bytes must be there.
bool is_text(const std::byte* at, two_part_text text);

/// A text prepared for searching, so that several pieces of memory can be searched for it.
class text_search {
 public:
  explicit text_search(two_part_text text);

  /// The first occurrence of the text with a zero byte after it, between `at` and `end`; null when there is none.
  const std::byte* in(const std::byte* at, const std::byte* end) const;

  /// Whether the text begins at one of the next 64 bytes (`places`) from `at` on, whatever follows it. At least 64 +
  /// text.size() bytes must be there.
  bool begins_near(const std::byte* at) const;
  static constexpr std::size_t places = 64;

 private:
  bool may_begin_near(const std::byte* at) const;

  two_part_text text_;
  std::size_t first_, second_;  // indices of its two rarest characters
};

/// text_search::in() for a single piece of memory.
inline const std::byte* find_text(const std::byte* at, const std::byte* end, two_part_text text) {
  return text_search(text).in(at, end);
}

}  // namespace lsmith::btf
