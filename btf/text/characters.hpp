// Which characters may be printed on a terminal.
#pragma once

namespace lsmith {

/// Whether the character is an ASCII control character (0x00 to 0x1f, or 0x7f), which a terminal executes instead of showing.
constexpr bool is_control(char character) { return static_cast<unsigned char>(character) < ' ' || character == '\x7f'; }

}  // namespace lsmith
