// Names of kernel types, programs, processes and files are untrusted text. They may contain a newline, which forges a line
// of a listing, or an escape sequence, which a terminal executes. Every such text is printed through printable(); it alone
// decides which characters are printed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lsmith {

namespace detail {

/// A character in UTF-8: its length in bytes (0 when the bytes are not valid UTF-8) and its code point.
struct utf8_character {
  unsigned length = 0;
  std::uint32_t code = 0;
};

/// The first character of a text that is not empty.
constexpr utf8_character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {1, byte(0)};
  const unsigned length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return {};
  std::uint32_t code = byte(0) & (0x7f >> length);
  for (unsigned i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr std::uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < lowest[length] || is_surrogate || code > 0x10ffff ? utf8_character{} : utf8_character{length, code};
}

/// Whether printing the code point has an effect other than showing a glyph: controls (C0, DEL, C1), line and paragraph
/// separators, and the marks that change the direction of writing.
constexpr bool is_unprintable(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace detail

/// The text in a form that is safe to print within one line on a terminal: UTF-8, with a '?' for each byte that is not part
/// of a printable character.
inline std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const detail::utf8_character one = detail::first_character(text);
    const bool plain = one.length != 0 && !detail::is_unprintable(one.code);
    const std::size_t length = one.length == 0 ? 1 : one.length;
    if (plain) shown += text.substr(0, length);
    else shown.append(length, '?');
    text.remove_prefix(length);
  }
  return shown;
}

}  // namespace lsmith
