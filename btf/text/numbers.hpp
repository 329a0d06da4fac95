// Numbers written as text.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace lsmith {

/// The number that the whole text is, in `base` (2 to 36). None when the text is empty, contains anything else (spaces, a
/// plus sign, "0x"), or is out of Number's range.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text, int base = 10) {
  Number number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return wrong == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace lsmith
