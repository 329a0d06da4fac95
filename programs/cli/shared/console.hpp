// Where a verb writes, and how it ends.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/location.hpp>

namespace lsmith::cli {

/// Whose process a verb runs in: one of its own, in which it may give up what it needs no longer, or its caller's, which it
/// leaves as it is.
enum class process_of : std::uint8_t { caller, verb };

/// Something that failed, as JSON has it.
struct problem {
  std::string cause;  ///< a word that stays the same: those of enum cause, or "wrong_usage", "profile", "failed"
  std::string sentence;
  location where = {};
};

/// Where a verb writes: results to `out`, sentences about them to `err`.
struct console {
  std::ostream& out;
  std::ostream& err;
  process_of process = process_of::caller;
  std::vector<problem>* problems = nullptr;  ///< with --json: what failed, to be printed as JSON too

  bool json() const { return problems != nullptr; }
};

/// Exit statuses that every verb shares.
enum status : int { done = 0, refused = 1, wrong_usage = 2 };

using words = std::vector<std::string>;

/// Something is wrong with how the command was called; the text says what to do instead.
struct usage_error {
  std::string text;
};

/// What was asked for cannot be had, and nothing is wrong with how the command was called; the text says why.
struct refused_request {
  std::string text;
  location where = {};  ///< in a profile
};

/// Prints a sentence about what failed to `to.err` behind "lsmith: ", and keeps it for JSON. Returns `refused`. What the library
/// returned as an error is printed by the overloads of sentences.hpp.
int complain(const console& to, std::string_view sentence);

}  // namespace lsmith::cli
