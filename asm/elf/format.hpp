// What the writer and the reader of object files agree on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <lsmith/asm/object/attach_point.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith::elf {

inline constexpr std::uint16_t machine_bpf = 247;  ///< EM_BPF
inline constexpr std::string_view notes_section = ".lsmith";
inline constexpr std::uint32_t notes_type = 0x8000'0000;  ///< SHT_LOUSER: other loaders pass such a section over in silence
inline constexpr std::string_view notes_title = "lsmith object 1";

/// Types of relocations (R_BPF_* of LLVM): of a 64-bit load, of a call, and of what no loader but lsmith fills in.
enum class relocation_type : std::uint32_t { none = 0, load_64 = 1, call_32 = 10 };

/// How a section's name begins whose programs are attached in this way.
struct section_prefix {
  std::string_view text;
  attach_kind attach;
  bool sleepable;
};
inline constexpr section_prefix prefixes[] = {
    {"lsm/", attach_kind::lsm_mac, false},
    {"lsm.s/", attach_kind::lsm_mac, true},
    {"lsm_cgroup/", attach_kind::lsm_cgroup, false},
    {"lsm_cgroup.s/", attach_kind::lsm_cgroup, true},
    {"fmod_ret/", attach_kind::modify_return, false},
    {"fmod_ret.s/", attach_kind::modify_return, true},
};

/// Behind the prefix stands what the program attaches to: the hook, or the function that it stands in for.
inline std::string section_of(const program& one) {
  const auto point = attach_point(one);
  for (const section_prefix& prefix : prefixes)
    if (prefix.attach == one.attach && prefix.sleepable == one.sleepable) return std::string(prefix.text) + point.value_or("security_" + one.hook);
  return {};
}

/// The hook of a program that stands in a section with this prefix; empty when there is none.
inline std::string hook_of(const section_prefix& prefix, std::string_view section) {
  const std::string_view point = section.substr(prefix.text.size());
  return prefix.attach == attach_kind::modify_return ? hook_decided_by(point) : std::string(point);
}

}  // namespace lsmith::elf
