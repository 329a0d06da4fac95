// Texts of the kernel and of the command line end with a zero. The core has no strlen to find it.
#pragma once

#include <cstddef>
#include <string_view>

namespace lsmith {

/// The text that begins there, without the zero that ends it.
inline std::string_view terminated(const char* start) {
  std::size_t length = 0;
  while (start[length] != '\0') ++length;
  return {start, length};
}

}  // namespace lsmith
