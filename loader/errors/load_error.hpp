// The error type of loading. It contains the errors (several if the object itself has faults), the verifier's reason, and the
// verifier's log.
#pragma once

#include <expected>
#include <ostream>
#include <string>

#include <lsmith/btf/base/faults.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Why an object was not loaded or attached. None of its programs is attached.
struct load_error {
  faults what;              ///< never empty
  std::string reason = {};  ///< the line of the verifier's log that says why; empty if there is none
  std::string log = {};     ///< the verifier's log, or the part that fitted the buffer; empty if there is none

  /// The cause of the first error.
  cause why() const { return what[0].why; }
};

/// A value, or why it could not be loaded.
template <class T>
using load_result = std::expected<T, load_error>;

inline std::unexpected<load_error> load_failure(const error& what) { return std::unexpected(load_error{.what = what}); }
inline std::unexpected<load_error> load_failure(const faults& all) { return std::unexpected(load_error{.what = all}); }

/// The errors' sentences, then the verifier's reason.
inline std::string to_string(const load_error& no) {
  std::string text = to_string(no.what);
  if (!no.reason.empty()) text += ": " + no.reason;
  return text;
}
inline std::ostream& operator<<(std::ostream& out, const load_error& no) { return out << to_string(no); }

}  // namespace lsmith::loader
#pragma GCC visibility pop
