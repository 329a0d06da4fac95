// Comparison of texts for the core, which has no C++ library.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstring>
#include <string_view>

namespace lsmith {

inline bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

inline bool starts_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && std::memcmp(text.data(), start.data(), start.size()) == 0;
}

/// The text without its first `count` characters.
inline std::string_view behind(std::string_view text, std::size_t count) { return {text.data() + count, text.size() - count}; }

}  // namespace lsmith
