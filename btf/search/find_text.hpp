// Finding one name among two megabytes of strings, at the speed of reading them. Two letters of the name, at their distance,
// are compared at sixty-four places at once; only where both are right is the whole looked at. The two are those that are
// rarest in the names of C, so that this happens seldom.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lsmith::btf {

/// A name in two parts, the first of which may be empty; as it stands among strings it ends with a zero byte.
struct two_part_text {
  std::string_view first;
  std::string_view second;

  std::size_t size() const { return first.size() + second.size(); }
  char operator[](std::size_t i) const { return i < first.size() ? first[i] : second[i - first.size()]; }
};

/// Whether the text and a zero byte behind it stand at `at`, where so many bytes are.
bool is_text(const std::byte* at, two_part_text text);

/// A text that is looked for, perhaps in several pieces.
class text_search {
 public:
  explicit text_search(two_part_text text);

  /// Where the text and a zero byte behind it first stand between `at` and `end`; null when they do not.
  const std::byte* in(const std::byte* at, const std::byte* end) const;

  /// Whether the text begins at one of the `places` from `at` on, whatever stands behind it. So many bytes are there, and those
  /// of the text.
  bool begins_near(const std::byte* at) const;
  static constexpr std::size_t places = 64;

 private:
  bool may_begin_near(const std::byte* at) const;

  two_part_text text_;
  std::size_t first_, second_;  // where its two rarest letters are
};

/// The same in one piece.
inline const std::byte* find_text(const std::byte* at, const std::byte* end, two_part_text text) { return text_search(text).in(at, end); }

}  // namespace lsmith::btf
