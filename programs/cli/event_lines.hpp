// Events as lines: for people one line of text each, for programs one JSON object each.
#pragma once

#include <ostream>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/programs/event.hpp>

namespace lsmith::cli {

/// Writes events of one policy.
class event_writer {
 public:
  event_writer(std::ostream& out, const lsmith::programs::event_description& what, bool as_json)
      : out_(out), what_(what), as_json_(as_json) {}

  /// Writes one record. A record too short for an event is counted as malformed and not written.
  void write(bytes record);

  std::uint64_t written() const { return written_; }
  std::uint64_t malformed() const { return malformed_; }

 private:
  void write_text(const lsmith::programs::event& one);
  void write_json(const lsmith::programs::event& one);

  std::ostream& out_;
  const lsmith::programs::event_description& what_;
  bool as_json_;
  std::uint64_t written_ = 0;
  std::uint64_t malformed_ = 0;
};

}  // namespace lsmith::cli
