// The memory of a ring buffer map (5.8+), shared with the kernel. The kernel appends records and moves the producer position;
// user space reads them and moves the consumer position. The data pages are mapped twice in a row, so that a record that wraps
// around the end is contiguous.
//
//   | consumer position | producer position | data ....... | the same data again ....... |
//       one page            one page          entries bytes
//
// A record starts with its length. Bit 31 of it means busy (its writer has not committed it yet), bit 30 means discarded.
#pragma once

#include <atomic>
#include <cstdint>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/syscall/mapping.hpp>

namespace lsmith::loader {

/// The two mappings of such a map. Owns them.
struct ring_memory {
  mapping consumer = {};  ///< the consumer position, which user space writes
  mapping producer = {};  ///< the producer's positions; the data start at page_size()

  /// Byte offsets of the positions in `producer`. The overwrite position is that of the oldest record that is still complete;
  /// only a ring that overwrites has it (6.19+). The pending position between them is used only by the kernel.
  static constexpr std::size_t producer_position = 0, overwrite_position = 16;

  /// Maps the ring of `entries` bytes. Error: event_source.
  static result<ring_memory> open(int map, std::uint32_t entries);

  /// The size of a page, in bytes.
  static std::size_t page_size();
};

/// The header of a record: eight bytes, of which `word` is the first half.
struct record_header {
  static constexpr std::size_t size = 8;
  static constexpr std::uint32_t busy = 1u << 31, discarded = 1u << 30;
  std::uint32_t word = 0;

  bool is_busy() const { return (word & busy) != 0; }
  bool is_discarded() const { return (word & discarded) != 0; }
  std::uint32_t length() const { return word & ~(busy | discarded); }
};

/// Bytes that a record of this length needs in the ring, with its header.
constexpr std::uint64_t room_of(std::uint64_t length) { return (length + record_header::size + 7) & ~std::uint64_t{7}; }

/// Reads a position or header that the kernel writes.
template <class T>
T load_acquire(const T* from) {
  return std::atomic_ref<T>(*const_cast<T*>(from)).load(std::memory_order_acquire);
}

inline record_header header_at(const std::byte* record) { return {load_acquire(reinterpret_cast<const std::uint32_t*>(record))}; }

}  // namespace lsmith::loader
