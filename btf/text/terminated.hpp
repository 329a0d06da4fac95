// Strings from the kernel and from the command line end with a zero byte. The core has no strlen to find it.
#pragma once

#include <cstddef>
#include <string_view>

namespace lsmith {

/// The string that begins at `start`, without the zero byte that ends it. `start` is not null; the view is valid as long as
/// those bytes.
inline std::string_view terminated(const char* start) {
  std::size_t length = 0;
  while (start[length] != '\0') ++length;
  return {start, length};
}

}  // namespace lsmith
