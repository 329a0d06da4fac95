// What a hook's program may answer. Verifiers from 6.12 on demand it, older ones let everything pass.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::dsl {

enum class answer_range : std::uint8_t {
  nothing,    ///< a hook that returns void: nobody looks at the answer
  errnos,     ///< -4095 to 0
  yes_or_no,  ///< 1 or 0
};

inline constexpr std::int64_t lowest_answer = -4095;  // MAX_ERRNO of include/linux/err.h

/// Hooks whose answers are yes and no (kernel/bpf/bpf_lsm.c, bool_lsm_hooks).
constexpr bool answers_yes_or_no(std::string_view hook) {
  return hook == "xfrm_state_pol_flow_match" || hook == "audit_rule_known" || hook == "inode_xattr_skipcap";
}

}  // namespace lsmith::dsl
