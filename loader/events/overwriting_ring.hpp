// Reads a ring buffer map that overwrites its oldest records when it is full (BPF_F_RB_OVERWRITE, 6.19+). It keeps the newest
// records, and a program can always send one unless the oldest record is not committed yet. Its layout is that of any ring
// (ring_memory.hpp), and after the producer position there is the overwrite position: that of the oldest record that is still
// complete:
//
//   | consumer position | producer position, pending position, overwrite position | data ... | the same data again ... |
//
// The kernel moves the overwrite position before it overwrites a record (__bpf_ringbuf_reserve in kernel/bpf/ringbuf.c). So the
// reader first copies a record, and then checks that the position has not passed it. If it has, the copy is discarded.
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/loader/events/ring_buffer.hpp>
#include <lsmith/loader/events/ring_memory.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Reads one such map. Does not own the map's descriptor.
class overwriting_ring {
 public:
  /// Maps the ring of `entries` bytes. Error: event_source.
  static result<overwriting_ring> open(int map, std::uint32_t entries);

  /// Calls `take` with the records that are still complete, oldest first. Returns how many. Does not wait, and does not read
  /// records that arrive after its start, so it always ends.
  std::size_t drain(const record_function& take);

  /// Bytes of records that were overwritten before they were read. A record counts its length and its header of eight bytes,
  /// rounded up to a multiple of eight.
  std::uint64_t overwritten() const { return overwritten_; }

  /// Readable when there are records. Not owned.
  int descriptor() const { return map_; }

 private:
  void skip_overwritten();

  ring_memory memory_ = {};
  int map_ = -1;
  std::uint64_t mask_ = 0;
  std::uint64_t at_ = 0;  ///< the next record
  std::uint64_t overwritten_ = 0;
  std::vector<std::byte> copy_ = {};
};

}  // namespace lsmith::loader
#pragma GCC visibility pop
