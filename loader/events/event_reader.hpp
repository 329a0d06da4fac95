// One way to read events, whichever kind of buffer the kernel has.
#pragma once

#include <cstdint>
#include <variant>

#include <lsmith/loader/events/overwriting_ring.hpp>
#include <lsmith/loader/events/perf_buffer.hpp>
#include <lsmith/loader/events/ring_buffer.hpp>
#include <lsmith/loader/load/maps.hpp>

namespace lsmith::loader {

/// Reads what programs send through a ring buffer map or a perf event array. The map must outlive it.
class event_reader {
 public:
  /// Error: event_source, also for a map that is neither of the two.
  static result<event_reader> open(const live_map& from);

  /// Hands on every record that is there; returns how many. Does not wait.
  std::size_t drain(const record_function& take);

  /// Bytes of records that a ring which keeps the newest (BPF_F_RB_OVERWRITE) has overwritten before they were read; 0 for others.
  std::uint64_t overwritten() const;

  /// A descriptor that is readable when there is something to drain, for poll(2).
  int descriptor() const;

 private:
  using buffer = std::variant<ring_buffer, overwriting_ring, perf_buffer>;
  explicit event_reader(buffer from) : from_(std::move(from)) {}

  buffer from_;
};

/// How many events of each program found no room, from map "lost": in the order in which the policy's programs were written.
result<std::vector<std::uint64_t>> read_counters(const live_map& from);

/// How many in all.
result<std::uint64_t> read_counter(const live_map& from);

}  // namespace lsmith::loader
