// Reads a ring buffer map (ring_memory.hpp) without copying. Records are read in order, so the reader stops at a busy one until
// it is committed.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/events/ring_memory.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Is called with one record. The bytes are valid only during the call.
using record_function = std::function<void(bytes record)>;

/// Reads one ring buffer map. Does not own the map's descriptor.
class ring_buffer {
 public:
  /// Maps the ring of `entries` bytes, the map's max_entries. Error: event_source.
  static result<ring_buffer> open(int map, std::uint32_t entries);

  /// Calls `take` with the committed records. Returns how many. Does not wait, and does not read records that arrive after its
  /// start, so it always ends. A template, so that the compiler can inline `take`.
  template <std::invocable<bytes> Take>
  std::size_t drain(Take&& take);

  /// Readable when there are records. Not owned.
  int descriptor() const { return map_; }

  /// Reads from memory with the layout of ring_memory.hpp, which must outlive it. For tests without a kernel.
  ring_buffer(int map, std::byte* consumer, std::byte* producer, std::uint32_t entries);

 private:
  ring_memory memory_ = {};
  int map_ = -1;
  std::uint64_t* consumer_ = nullptr;
  const std::uint64_t* producer_ = nullptr;
  const std::byte* data_ = nullptr;
  std::uint64_t mask_ = 0;
};

template <std::invocable<bytes> Take>
std::size_t ring_buffer::drain(Take&& take) {
  std::size_t taken = 0;
  std::uint64_t at = *consumer_;
  const std::uint64_t end = load_acquire(producer_);  // later records are for the next drain(), so that this one always ends
  while (at < end) {
    const std::byte* record = data_ + (at & mask_);
    const record_header header = header_at(record);
    if (header.is_busy()) break;

    if (!header.is_discarded()) {
      take(bytes{record + record_header::size, header.length()});
      ++taken;
    }
    at += room_of(header.length());
    std::atomic_ref(*consumer_).store(at, std::memory_order_release);
  }
  return taken;
}

}  // namespace lsmith::loader
#pragma GCC visibility pop
