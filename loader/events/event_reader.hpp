// Reads events from any of the three kinds of buffers: a ring buffer, a ring buffer that overwrites, a perf event array.
#pragma once

#include <cstdint>
#include <variant>

#include <lsmith/loader/events/overwriting_ring.hpp>
#include <lsmith/loader/events/perf_buffer.hpp>
#include <lsmith/loader/events/ring_buffer.hpp>
#include <lsmith/loader/load/maps.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Reads the records that programs send through a ring buffer map or a perf event array. The map must outlive it.
class event_reader {
 public:
  /// Opens the buffer of a map. Errors: event_source; no_event_map for a map of another kind; for a
  /// perf event array also call_failed.
  static result<event_reader> open(const live_map& from);

  /// Calls `take` with every record that is there. Returns how many. Does not wait.
  std::size_t drain(const record_function& take);

  /// Bytes of records that were overwritten before they were read, for a ring with BPF_F_RB_OVERWRITE; 0 for other buffers.
  std::uint64_t overwritten() const;

  /// A descriptor for poll(2) and epoll(7), readable when there are records. Not owned by the caller.
  int descriptor() const;

 private:
  using buffer = std::variant<ring_buffer, overwriting_ring, perf_buffer>;
  explicit event_reader(buffer from) : from_(std::move(from)) {}

  buffer from_;
};

/// Reads map "lost": for each program, in the order in which the policy's programs were written, how many events were lost
/// because the buffer was full. Error: map_operation.
result<std::vector<std::uint64_t>> read_counters(const live_map& from);

/// The sum of these numbers. Error: map_operation.
result<std::uint64_t> read_counter(const live_map& from);

}  // namespace lsmith::loader
#pragma GCC visibility pop
