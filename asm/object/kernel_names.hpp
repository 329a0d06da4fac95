// What the kernel takes as the name of a program or a map.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lsmith {

inline constexpr std::size_t longest_kernel_name = 15;  ///< BPF_OBJ_NAME_LEN counts the zero behind it

/// Whether the letter is one of [A-Za-z0-9_.].
constexpr bool in_kernel_name(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '_' || letter == '.';
}

/// Whether the kernel takes the name, which is then not empty.
constexpr bool kernel_takes_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_kernel_name && std::ranges::all_of(name, in_kernel_name);
}

}  // namespace lsmith
