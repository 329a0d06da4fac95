// The prefixes, keywords and suffixes of names in BTF and in relocations.
//
// Part of the core: no heap, no library.
#pragma once

#include <string_view>

#include <lsmith/btf/text/compare.hpp>

namespace lsmith::btf {

/// The prefix of the functions that LSM programs attach to: bpf_lsm_<hook>.
inline constexpr std::string_view hook_prefix{"bpf_lsm_", 8};
/// The prefix of the functions that call all LSMs: security_<hook>.
inline constexpr std::string_view security_prefix{"security_", 9};

/// Separates the flavour from a name: "task_struct___old".
inline constexpr std::string_view flavour_separator{"___", 3};

/// Removes the flavour: "task_struct___old" becomes "task_struct". A flavour distinguishes several local types of a program for
/// one kernel type. It follows the last three underscores that have other characters on both sides
/// (bpf_core_essential_name_len in tools/lib/bpf/relo_core.c). A view into `name`.
inline std::string_view without_flavour(std::string_view name) {
  for (std::size_t i = name.size(); i-- > 4;)
    if (name[i] != '_' && starts_with(behind(name, i - 3), flavour_separator) && name[i - 4] != '_') return {name.data(), i - 3};
  return name;
}

/// Removes the keyword: "struct file" becomes "file". A view into `type`.
inline std::string_view without_keyword(std::string_view type) {
  for (const std::string_view word : {std::string_view("struct "), {"union "}, {"enum "}, {"typedef "}})
    if (starts_with(type, word)) return behind(type, word.size());
  return type;
}

}  // namespace lsmith::btf
