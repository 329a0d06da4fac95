// Events as lines: for people one line of text each, for programs one JSON object each.
#pragma once

#include <ostream>
#include <string>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/programs/policy/event.hpp>

namespace lsmith::programs {

/// A value as it stands in an event's line; `rest` is the slot behind it, of which an address takes its lower half.
std::string value_text(const value_description& what, std::uint64_t value, std::uint64_t rest = 0);

/// The rule of that number; one without a name where the policy's description does not have it.
const rule_description& rule_of(const rule_descriptions& all, std::uint32_t number);

/// Writes events of a policy with these rules, which outlive the writer.
class event_writer {
 public:
  event_writer(std::ostream& out, const rule_descriptions& rules, bool as_json)
      : out_(out), rules_(rules), as_json_(as_json) {}

  /// Writes one record, or counts it as unwritten: when it is too short for an event, or the output takes nothing.
  void write(bytes record);
  /// Counts one that was taken and could not be written.
  void skip() { ++unwritten_; }

  std::uint64_t written() const { return written_; }
  std::uint64_t unwritten() const { return unwritten_; }

 private:
  void write_text(const event& one);
  void write_json(const event& one);

  std::ostream& out_;
  const rule_descriptions& rules_;
  bool as_json_;
  std::uint64_t written_ = 0;
  std::uint64_t unwritten_ = 0;
};

}  // namespace lsmith::programs
