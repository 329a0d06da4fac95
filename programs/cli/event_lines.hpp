// Events as lines: for people one line of text each, for programs one JSON object each.
#pragma once

#include <ostream>
#include <string>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/programs/event.hpp>

namespace lsmith::cli {

/// A value as it stands in an event's line.
std::string value_text(const lsmith::programs::value_description& what, std::uint64_t value);

/// Writes events of one policy.
class event_writer {
 public:
  event_writer(std::ostream& out, const lsmith::programs::event_description& what, bool as_json)
      : out_(out), what_(what), as_json_(as_json) {}

  /// Writes one record, or counts it as unwritten: when it is too short for an event, or the output takes nothing.
  void write(bytes record);
  /// Counts one that was taken and could not be written.
  void skip() { ++unwritten_; }

  std::uint64_t written() const { return written_; }
  std::uint64_t unwritten() const { return unwritten_; }

 private:
  void write_text(const lsmith::programs::event& one);
  void write_json(const lsmith::programs::event& one);

  std::ostream& out_;
  const lsmith::programs::event_description& what_;
  bool as_json_;
  std::uint64_t written_ = 0;
  std::uint64_t unwritten_ = 0;
};

}  // namespace lsmith::cli
