// Prints events, one per line: as text for people, or as one JSON object for programs.
#pragma once

#include <ostream>
#include <string>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/programs/policy/event.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// A value as an event's line shows it. An address takes two slots of an event: its first 8 bytes are `value`, its last 8 are
/// `rest`.
std::string value_text(const value_description& what, std::uint64_t value, std::uint64_t rest = 0);

/// The rule with that number, valid as long as `all`; if there is none, a static one whose names are "?".
const rule_description& rule_of(const rule_descriptions& all, std::uint32_t number);

/// Writes the events of one policy. `out` and `rules` must outlive the writer. Without rules the records are of another kind than
/// our event, as those of a policy that somebody has written: then their bytes are written.
class event_writer {
 public:
  event_writer(std::ostream& out, const rule_descriptions& rules, bool as_json) : out_(out), rules_(rules), as_json_(as_json) {}

  /// Writes one record. Counts it as unwritten if it is too short for an event that rules describe, or if writing to the output fails.
  void write(bytes record);
  /// Counts one more event as unwritten.
  void skip() { ++unwritten_; }

  std::uint64_t written() const { return written_; }
  std::uint64_t unwritten() const { return unwritten_; }

 private:
  void write_text(const event& one);
  void write_json(const event& one);
  void write_bytes(bytes record);

  std::ostream& out_;
  const rule_descriptions& rules_;
  bool as_json_;
  std::uint64_t written_ = 0;
  std::uint64_t unwritten_ = 0;
};

}  // namespace lsmith::programs
#pragma GCC visibility pop
