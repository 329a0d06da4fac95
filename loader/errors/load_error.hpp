// When the kernel says no, three things are known: what it means (an error, or several for an object that was wrong from
// the start), what the verifier gave as its reason, and its whole log. They travel together.
#pragma once

#include <expected>
#include <ostream>
#include <string>

#include <lsmith/btf/base/faults.hpp>

namespace lsmith::loader {

/// Why an object is not in force. Nothing of it is left attached.
struct load_error {
  faults what;              ///< never empty
  std::string reason = {};  ///< the verifier's own line; empty when it was not the verifier
  std::string log = {};     ///< the verifier's whole log, or its tail; empty likewise

  cause why() const { return what[0].why; }
};

/// A value, or the kernel's refusal.
template <class T>
using load_result = std::expected<T, load_error>;

inline std::unexpected<load_error> load_failure(const error& what) { return std::unexpected(load_error{.what = what}); }
inline std::unexpected<load_error> load_failure(const faults& all) { return std::unexpected(load_error{.what = all}); }

/// The sentences, and the verifier's reason behind them.
inline std::string to_string(const load_error& no) {
  std::string text = to_string(no.what);
  if (!no.reason.empty()) text += ": " + no.reason;
  return text;
}
inline std::ostream& operator<<(std::ostream& out, const load_error& no) { return out << to_string(no); }

}  // namespace lsmith::loader
