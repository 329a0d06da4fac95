// Finds the reason in a verifier log. The log is made for people: the instructions that the verifier walked, each as "12: (85)
// call bpf_ktime_get_ns#5", then one line with the reason, then statistics. Newer kernels (7.3) add suggestions after the
// reason.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/btf/base/error.hpp>

namespace lsmith::loader {

/// What a verifier log contains.
struct verifier_verdict {
  cause why = cause::verifier_rejected;
  std::optional<std::uint32_t> slot;  ///< of the rejected instruction; none if the whole program was rejected
  std::string reason;                 ///< the line with the reason; empty if the log has none
  std::string helper = {};            ///< for helper_refused: the helper's name, with "bpf_"; else empty
};

/// A text in the line with the reason, and the cause that it means. Lines with none of these texts are verifier_rejected.
struct verifier_reason {
  std::string_view text;
  cause why;
};
/// All of them, in the order in which they are tried.
std::span<const verifier_reason> verifier_reasons();

/// Reads a log of level 1 (BPF_LOG_LEVEL1), from any kernel since 5.7: a whole log, or only its end.
verifier_verdict read_verifier_log(std::string_view log);

}  // namespace lsmith::loader
