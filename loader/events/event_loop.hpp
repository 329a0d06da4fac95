// Many rings and perf buffers on one thread: one epoll(7) descriptor waits for all of them.
//
// The kernel wakes a reader when a record comes to a ring that was read to its end. Under load that is nearly every record, and
// waking costs more than reading. So a loop that has just read rests for a moment before it waits again: meanwhile records
// gather, and nobody is woken for them; the first record after a pause is handed on at once. A ring must have room for what
// comes in that time; what finds none is lost, and counted by the program that sent it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/events/event_reader.hpp>

namespace lsmith::loader {

/// Reads any number of sources. Owns the readers; the maps must outlive it. For one thread.
class event_loop {
 public:
  /// How long it rests after records came; 0 to be woken for every record.
  static constexpr std::chrono::microseconds usual_rest{1000};

  /// Error: event_source.
  static result<event_loop> open(std::chrono::microseconds rest = usual_rest);

  /// Hands the source's records to `take` from now on, those that are there already first. Error: event_source.
  result<void> add(event_reader from, record_function take);

  /// Waits until there are records, `milliseconds` at most (-1: for ever), and hands them on; how many. None when the time is
  /// over or a signal came. Error: event_source.
  result<std::size_t> wait(int milliseconds);

  /// Hands on whatever is there, without waiting.
  std::size_t drain();

  /// How often wait() was woken by records.
  std::uint64_t wakeups() const { return wakeups_; }

 private:
  struct source {
    event_reader from;
    record_function take;
    std::size_t drain() { return from.drain(take); }
  };

  fd poll_;
  std::chrono::microseconds rest_{};
  std::vector<std::unique_ptr<source>> sources_;  // where they are is what epoll remembers
  bool is_busy_ = false;                          // the last wait brought records
  std::uint64_t wakeups_ = 0;
};

}  // namespace lsmith::loader
