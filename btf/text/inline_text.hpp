// An error must contain the name it is about without owning memory: the core has no heap, and an error outlives the bytes
// that the name was read from. So the name is copied into the error, up to a fixed length. A longer name is cut and ends
// with "...".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace lsmith {

/// A text of at most N characters, stored by value. A longer text is cut to N characters, the last three of which are "...".
template <std::size_t N>
class inline_text {
  static_assert(N > 3 && N < 256);

 public:
  constexpr inline_text() = default;
  template <std::size_t M>
  constexpr inline_text(const char (&literal)[M]) : inline_text(std::string_view(literal, M - 1)) {}
  template <class Text>
    requires std::is_convertible_v<const Text&, std::string_view>
  constexpr inline_text(const Text& whole) {  // implicit, so that a name can be assigned
    const std::string_view text = whole;
    const bool cut = text.size() > N;
    size_ = static_cast<std::uint8_t>(cut ? N : text.size());
    for (std::size_t i = 0; i < size_; ++i) text_[i] = cut && i >= N - 3 ? '.' : text.data()[i];
  }

  constexpr std::string_view view() const { return {text_, size_}; }  ///< valid as long as this object
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool operator==(const inline_text& other) const { return view() == other.view(); }

 private:
  char text_[N] = {};
  std::uint8_t size_ = 0;
};

}  // namespace lsmith
