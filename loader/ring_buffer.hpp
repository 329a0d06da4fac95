// A ring buffer map (5.8+) is shared memory: the kernel appends records and moves the producer's position, user space
// reads them in place and moves the consumer's. The data pages are mapped twice in a row, so a record that wraps around
// the end is still contiguous.
//
//   | consumer position | producer position | data ....... | the same data again ....... |
//       one page            one page          entries bytes
//
// A record starts with its length; the top bit says that its writer has not committed it yet, the next that it was
// discarded. Records are read in order, so a busy one stops the reader until it is committed.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/mapping.hpp>

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

  /// Reads from memory laid out as above: what open() uses, and tests with memory of their own.
  ring_buffer(int map, std::byte* consumer, std::byte* producer, std::uint32_t entries);

 private:
  static constexpr std::uint32_t busy_bit = 1u << 31, discard_bit = 1u << 30;
  static constexpr std::size_t header_size = 8;

  template <class T>
  static T load_acquire(const T* from) {
    return std::atomic_ref<T>(*const_cast<T*>(from)).load(std::memory_order_acquire);
  }

  mapping consumer_pages_;
  mapping producer_pages_;
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
    const std::uint32_t header = load_acquire(reinterpret_cast<const std::uint32_t*>(record));
    if (header & busy_bit) break;

    const std::uint32_t length = header & ~discard_bit;
    if (!(header & discard_bit)) {
      take(bytes{record + header_size, length});
      ++taken;
    }
    at += (length + header_size + 7) & ~std::uint64_t{7};
    std::atomic_ref(*consumer_).store(at, std::memory_order_release);
  }
  return taken;
}

}  // namespace lsmith::loader
