// A profile that comes with lsmith.
#pragma once

#include <string_view>

namespace lsmith::programs {

/// A name, and the text of a profile's file.
struct shipped_profile {
  std::string_view name;
  std::string_view text;
};

}  // namespace lsmith::programs
