// Where a verb writes, and how it ends.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/location.hpp>

namespace lsmith::cli {

/// Whose process a verb runs in. In its own it may drop privileges that it no longer needs; in its caller's (a test, say) it
/// changes none.
enum class process_of : std::uint8_t { caller, verb };

/// Something that failed, for --json.
struct problem {
  std::string cause;  ///< a word for programs, which does not change: that of enum cause, or "wrong_usage", "profile", "failed"
  std::string sentence;
  location where = {};
};

/// Where a verb writes: results to `out`, sentences about them to `err`. The streams must outlive it.
struct console {
  std::ostream& out;
  std::ostream& err;
  process_of process = process_of::caller;
  std::vector<problem>* problems = nullptr;  ///< with --json: what failed, to be printed as JSON too; else null

  bool json() const { return problems != nullptr; }
};

/// Exit statuses that every verb shares.
enum status : int { done = 0, refused = 1, wrong_usage = 2 };

/// Arguments of the command line.
using words = std::vector<std::string>;

/// Thrown by a verb that was called wrongly: exit status wrong_usage. The text says what to do instead.
struct usage_error {
  std::string text;
};

/// Thrown by a verb that was called correctly but cannot do what was requested: exit status `refused`. The text says why.
struct refused_request {
  std::string text;
  location where = {};  ///< the line of a profile, if that is the reason
};

/// Prints "lsmith: " and a sentence about what failed to `to.err`, and keeps the sentence for JSON. Returns `refused`. Errors
/// of the library are printed by the overloads in sentences.hpp.
int complain(const console& to, std::string_view sentence);

}  // namespace lsmith::cli
