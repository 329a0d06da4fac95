// Reads a ring buffer map in place (ring_memory.hpp). Records are read in order, so a busy one stops the reader until it is
// committed.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/events/ring_memory.hpp>

namespace lsmith::loader {

/// Takes one record; the bytes are valid during the call.
using record_function = std::function<void(bytes record)>;

/// Reads one ring buffer map. Does not own the map's descriptor.
class ring_buffer {
 public:
  /// Maps the ring of `entries` bytes. Error: event_source.
  static result<ring_buffer> open(int map, std::uint32_t entries);

  /// Hands on the committed records that are there when it is called; returns how many there were. Does not wait, and
  /// ends however fast new ones come. What it hands them to is compiled into the loop.
  template <std::invocable<bytes> Take>
  std::size_t drain(Take&& take);

  /// Readable when there is something to drain.
  int descriptor() const { return map_; }

  /// Reads from memory laid out like that: what open() uses, and tests with memory of their own.
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
  const std::uint64_t end = load_acquire(producer_);  // what comes later is for the next drain: a flood must not keep us here
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
