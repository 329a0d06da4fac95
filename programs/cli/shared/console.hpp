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

/// Causes that only the command has. All others are those of the library (btf/base/error.hpp).
enum class command_cause : std::uint8_t {
  wrong_usage,        ///< the command line is wrong
  profile_invalid,    ///< the file of a profile has a fault
  output_unwritable,  ///< the standard output cannot be written, or has been closed
  file_unwritable,    ///< the file that -o names cannot be written
  machine_specific,   ///< a standalone executable cannot have what differs between machines
  no_events,          ///< the policy was pinned with --no-events
  watched,            ///< another process watches the policy
  expired,            ///< the policy's time is over, so it cannot be kept
  out_of_reach,       ///< LSM programs are attached whose pins no process can reach
  armed,              ///< an armed policy cannot be disarmed
  failed,             ///< something that has no cause of its own, such as missing memory
};

/// The enumerator's name, which programs may compare. A string literal.
std::string_view word(command_cause why);

/// Something that failed, for --json.
struct problem {
  std::string cause;  ///< word() of a cause or of a command_cause
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
  std::string_view cause;  ///< word() of a cause or of a command_cause
  std::string text;
  location where = {};  ///< the line of a profile, if that is the reason
};

/// Prints "lsmith: " and a sentence about what failed to `to.err`, and keeps cause and sentence for JSON. Returns `refused`.
/// Errors of the library are printed by the overloads in sentences.hpp.
int complain(const console& to, std::string_view cause, std::string_view sentence, const location& where = {});
int complain(const console& to, command_cause why, std::string_view sentence);

}  // namespace lsmith::cli
