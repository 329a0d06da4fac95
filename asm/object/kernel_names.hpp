// The names that the kernel accepts for programs and maps (bpf_obj_name_cpy in kernel/bpf/syscall.c).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lsmith {

inline constexpr std::size_t longest_kernel_name = 15;  ///< BPF_OBJ_NAME_LEN, 16, minus the terminating zero

/// Whether the character is one of [A-Za-z0-9_.].
constexpr bool in_kernel_name(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '.';
}

/// Whether the kernel accepts the name. An empty name is not accepted here, although the kernel allows it.
constexpr bool kernel_takes_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_kernel_name && std::ranges::all_of(name, in_kernel_name);
}

}  // namespace lsmith
