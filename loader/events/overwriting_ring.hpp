// A ring buffer map that overwrites its oldest records when it is full (BPF_F_RB_OVERWRITE, 6.19+): it keeps the newest, and
// programs find room as long as the record in the way is committed. Laid out like any ring (ring_memory.hpp); behind the producer's
// position stands that of the oldest record which is still whole:
//
//   | consumer position | producer position, pending position, overwrite position | data ... | the same data again ... |
//
// The kernel moves the overwrite position before it writes there (__bpf_ringbuf_reserve of kernel/bpf/ringbuf.c). So a record is
// copied first, and the copy counts only if that position has not passed it meanwhile.
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/loader/events/ring_buffer.hpp>
#include <lsmith/loader/events/ring_memory.hpp>

namespace lsmith::loader {

/// Reads one such map. Does not own the map's descriptor.
class overwriting_ring {
 public:
  /// Maps the ring of `entries` bytes. Error: event_source.
  static result<overwriting_ring> open(int map, std::uint32_t entries);

  /// Hands on the records that are whole, oldest first; returns how many. Does not wait, and ends however fast new ones come.
  std::size_t drain(const record_function& take);

  /// Bytes of records that were overwritten before they were read: for each its length and eight, in multiples of eight.
  std::uint64_t overwritten() const { return overwritten_; }

  /// Readable when there is something to drain.
  int descriptor() const { return map_; }

 private:
  void skip_what_is_gone();

  ring_memory memory_ = {};
  int map_ = -1;
  std::uint64_t mask_ = 0;
  std::uint64_t at_ = 0;  ///< the next record
  std::uint64_t overwritten_ = 0;
  std::vector<std::byte> copy_ = {};
};

}  // namespace lsmith::loader
