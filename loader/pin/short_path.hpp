// A path made of a few parts, in a fixed buffer. Paths in the pin directory are short: names have at most 63 characters.
//
// Part of the core: no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lsmith::loader {

/// A zero-terminated path of at most 255 characters. A longer one is cut, and then names no file.
class short_path {
 public:
  template <class... Parts>
  explicit short_path(const Parts&... parts) {
    (append(parts), ...);
  }

  short_path& append(std::string_view part) {
    for (const char character : part)
      if (length_ + 1 < sizeof characters_) characters_[length_++] = character;
    characters_[length_] = '\0';
    return *this;
  }
  short_path& append_number(std::uint32_t number) {
    if (number >= 10) append_number(number / 10);
    const char digit = static_cast<char>('0' + number % 10);
    return append({&digit, 1});
  }

  const char* c_str() const { return characters_; }
  std::string_view view() const { return {characters_, length_}; }

 private:
  char characters_[256] = {};
  std::size_t length_ = 0;
};

}  // namespace lsmith::loader
