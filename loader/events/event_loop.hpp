// Many rings and perf buffers on one thread: one epoll(7) descriptor waits for all of them.
//
// The kernel wakes a reader when a record arrives in a ring that was read to its end. Under load that is nearly every record,
// and waking a process costs more than reading a record. So after it has read records, the loop pauses before it waits again.
// Records that arrive in the pause cause no wakeup, and are read together; the first record after a quiet time is delivered at
// once. A ring must have room for the records of one pause: those that do not fit are lost, and the program that sends them
// counts them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/events/event_reader.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Reads any number of sources. Owns the readers. The maps must outlive it. To be used by one thread.
class event_loop {
 public:
  /// How long the loop pauses after it has read records. With 0 it is woken for every record.
  static constexpr std::chrono::microseconds usual_rest{1000};

  /// Error: call_failed.
  static result<event_loop> open(std::chrono::microseconds rest = usual_rest);

  /// Adds a source: wait() and drain() call `take` with its records, including those that are already there. Error:
  /// call_failed.
  result<void> add(event_reader from, record_function take);

  /// Waits until there are records, at most `milliseconds` (-1: no limit), and delivers them. Returns how many; 0 if the time
  /// is over or a signal interrupted it. The pause is not part of the time. Error: call_failed.
  result<std::size_t> wait(int milliseconds);

  /// Delivers the records that are there, without waiting. Returns how many.
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
  std::vector<std::unique_ptr<source>> sources_;  // epoll keeps their addresses
  bool is_busy_ = false;                          // whether the last wait() found records
  std::uint64_t wakeups_ = 0;
};

}  // namespace lsmith::loader
#pragma GCC visibility pop
