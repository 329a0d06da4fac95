// A ring buffer map (5.8+) is shared memory: the kernel appends records and moves the producer's position, user space reads
// them and moves the consumer's. The data pages are mapped twice in a row, so a record that wraps around the end is still
// contiguous.
//
//   | consumer position | producer position | data ....... | the same data again ....... |
//       one page            one page          entries bytes
//
// A record starts with its length; the top bit says that its writer has not committed it yet, the next that it was
// discarded.
#pragma once

#include <atomic>
#include <cstdint>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/syscall/mapping.hpp>

namespace lsmith::loader {

/// The two areas that such a map is mapped in; owned.
struct ring_memory {
  mapping consumer = {};  ///< its position, which is ours to write
  mapping producer = {};  ///< its positions, and from page_size() on the data

  // Where the producer's positions are. The last is that of the oldest record which is still whole; only a ring that overwrites
  // has it (6.19+), and between them stands one that is the kernel's own.
  static constexpr std::size_t producer_position = 0, overwrite_position = 16;

  /// Maps the ring of `entries` bytes. Error: event_source.
  static result<ring_memory> open(int map, std::uint32_t entries);

  static std::size_t page_size();
};

/// What stands before a record.
struct record_header {
  static constexpr std::size_t size = 8;
  static constexpr std::uint32_t busy = 1u << 31, discarded = 1u << 30;
  std::uint32_t word = 0;

  bool is_busy() const { return (word & busy) != 0; }
  bool is_discarded() const { return (word & discarded) != 0; }
  std::uint32_t length() const { return word & ~(busy | discarded); }
};

/// Bytes that a record of that length takes, its header with it.
constexpr std::uint64_t room_of(std::uint64_t length) { return (length + record_header::size + 7) & ~std::uint64_t{7}; }

template <class T>
T load_acquire(const T* from) {
  return std::atomic_ref<T>(*const_cast<T*>(from)).load(std::memory_order_acquire);
}

inline record_header header_at(const std::byte* record) { return {load_acquire(reinterpret_cast<const std::uint32_t*>(record))}; }

}  // namespace lsmith::loader
