// What may be shown to people.
#pragma once

namespace lsmith {

/// Whether the letter moves a terminal's cursor, or worse, instead of being shown.
constexpr bool is_control(char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; }

}  // namespace lsmith
