// The verifier explains a refusal in a text that was written for people: the instructions it walked, each as
// "12: (85) call bpf_ktime_get_ns#5", then one line that says what is wrong, then statistics. Newer kernels (7.3) add
// blocks of advice behind that line. Here the one line and the instruction are found in it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/btf/base/error.hpp>

namespace lsmith::loader {

/// What a verifier log says.
struct verifier_verdict {
  cause why = cause::verifier_rejected;
  std::optional<std::uint32_t> slot;  ///< of the instruction that was refused; none when the program as a whole was
  std::string reason;                 ///< the verifier's own line; empty when the log is
  std::string helper = {};            ///< the helper that it does not give, "bpf_" in front; empty when it is not that
};

/// A reason that means more than "this program is wrong": what its line holds, and its cause.
struct verifier_reason {
  std::string_view text;
  cause why;
};
std::span<const verifier_reason> verifier_reasons();

/// Reads a log of level 1, from any kernel since 5.7, whole or only its tail.
verifier_verdict read_verifier_log(std::string_view log);

}  // namespace lsmith::loader
