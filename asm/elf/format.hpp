// The parts of the file format that the writer and the reader of object files share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/asm/resolve/attach_point.hpp>
#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::elf {

inline constexpr std::uint16_t machine_bpf = 247;  ///< EM_BPF
inline constexpr std::string_view notes_section = ".lsmith";
inline constexpr std::uint32_t notes_type = 0x8000'0000;  ///< SHT_LOUSER: other loaders ignore such a section without a message
inline constexpr std::string_view notes_title = "lsmith object 1";

/// Types of relocations: R_BPF_64_64 of LLVM for a 64-bit load, R_BPF_64_32 for a call, and `none` for what only lsmith can
/// resolve.
enum class relocation_type : std::uint32_t { none = 0, load_64 = 1, call_32 = 10 };

/// The prefix of a section's name, and how the programs in that section are attached.
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

/// The name of a program's section: the prefix, then what the program attaches to, which is the hook, or for modify_return
/// the function that calls all LSMs. The writer rejects a hook without such a function (hook_not_decisive).
inline std::string section_of(const program& one) {
  const auto point = attach_point(one);
  for (const section_prefix& prefix : prefixes)
    if (prefix.attach == one.attach && prefix.sleepable == one.sleepable)
      return std::string(prefix.text) + point.value_or(std::string(btf::security_prefix).append(one.hook));
  return {};
}

/// The hook of a program in a section with this prefix; empty if the section's name has no hook.
inline std::string hook_of(const section_prefix& prefix, std::string_view section) {
  const std::string_view point = section.substr(prefix.text.size());
  return prefix.attach == attach_kind::modify_return ? hook_of_function(point) : std::string(point);
}

}  // namespace lsmith::elf
