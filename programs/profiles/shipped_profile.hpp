// The form of a profile that comes with lsmith.
#pragma once

#include <string_view>

namespace lsmith::programs {

/// The profile's name, and the text of its file.
struct shipped_profile {
  std::string_view name;
  std::string_view text;
};

}  // namespace lsmith::programs
