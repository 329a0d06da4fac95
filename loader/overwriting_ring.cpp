#include <lsmith/loader/overwriting_ring.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace lsmith::loader {
namespace {

constexpr std::uint32_t busy_bit = 1u << 31, discard_bit = 1u << 30;
constexpr std::size_t header_size = 8;
constexpr std::size_t producer_position = 0, overwrite_position = 16;  // in the producer's page; pending_pos is between

std::size_t page_size() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

template <class T>
T load_acquire(const std::byte* from) {
  return std::atomic_ref<T>(*reinterpret_cast<T*>(const_cast<std::byte*>(from))).load(std::memory_order_acquire);
}

}  // namespace

result<overwriting_ring> overwriting_ring::open(int map, std::uint32_t entries) {
  const std::size_t page = page_size();
  overwriting_ring ring;
  ring.consumer_pages_ = mapping(page, PROT_READ | PROT_WRITE, map, 0);
  if (ring.consumer_pages_) ring.producer_pages_ = mapping(page + 2 * std::size_t{entries}, PROT_READ, map, static_cast<off_t>(page));
  if (!ring.producer_pages_)
    return failure({.why = cause::event_source, .during = stage::events, .system_error = static_cast<std::uint16_t>(errno), .name = "ring buffer"});
  ring.map_ = map;
  ring.mask_ = entries - 1;
  ring.at_ = load_acquire<std::uint64_t>(ring.consumer_pages_.data());
  return ring;
}

void overwriting_ring::skip_what_is_gone() {
  const auto whole = load_acquire<std::uint64_t>(producer_pages_.data() + overwrite_position);
  if (whole <= at_) return;
  overwritten_ += whole - at_;
  at_ = whole;
}

std::size_t overwriting_ring::drain(const record_function& take) {
  std::size_t taken = 0;
  const std::byte* data = producer_pages_.data() + page_size();
  const auto end = load_acquire<std::uint64_t>(producer_pages_.data() + producer_position);
  for (skip_what_is_gone(); at_ < end; skip_what_is_gone()) {
    const std::byte* record = data + (at_ & mask_);
    const auto header = load_acquire<std::uint32_t>(record);
    const std::uint64_t length = std::min<std::uint64_t>(header & ~(busy_bit | discard_bit), mask_);  // torn, it may be anything
    copy_.assign(record + header_size, record + header_size + length);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (load_acquire<std::uint64_t>(producer_pages_.data() + overwrite_position) > at_) continue;
    if (header & busy_bit) break;
    at_ += (length + header_size + 7) & ~std::uint64_t{7};
    std::atomic_ref(*reinterpret_cast<std::uint64_t*>(consumer_pages_.data())).store(at_, std::memory_order_release);
    if (header & discard_bit) continue;
    take(bytes(copy_));
    ++taken;
  }
  return taken;
}

}  // namespace lsmith::loader
