// Comparison of names for the core, which has no C++ library.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstring>
#include <string_view>

namespace lsmith::btf::detail {

inline bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

inline bool starts(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && std::memcmp(text.data(), start.data(), start.size()) == 0;
}

/// The text without its first `count` characters.
inline std::string_view behind(std::string_view text, std::size_t count) { return {text.data() + count, text.size() - count}; }

/// Removes the flavour: "task_struct___old" becomes "task_struct". A flavour distinguishes several local types of a program for
/// one kernel type. It follows the last three underscores that have other characters on both sides
/// (bpf_core_essential_name_len in tools/lib/bpf/relo_core.c).
inline std::string_view without_flavour(std::string_view name) {
  for (std::size_t i = name.size(); i-- > 4;)
    if (name[i] != '_' && std::memcmp(name.data() + i - 3, "___", 3) == 0 && name[i - 4] != '_') return {name.data(), i - 3};
  return name;
}

}  // namespace lsmith::btf::detail
