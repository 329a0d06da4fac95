#include <lsmith/loader/events/overwriting_ring.hpp>

#include <algorithm>

namespace lsmith::loader {
namespace {

std::uint64_t position_at(const std::byte* from) { return load_acquire(reinterpret_cast<const std::uint64_t*>(from)); }

}  // namespace

result<overwriting_ring> overwriting_ring::open(int map, std::uint32_t entries) {
  auto memory = ring_memory::open(map, entries);
  if (!memory) return failure(memory.error());
  overwriting_ring ring;
  ring.at_ = position_at(memory->consumer.data());
  ring.memory_ = std::move(*memory);
  ring.map_ = map;
  ring.mask_ = entries - 1;
  return ring;
}

void overwriting_ring::skip_overwritten() {
  const auto oldest = position_at(memory_.producer.data() + ring_memory::overwrite_position);
  if (oldest <= at_) return;
  overwritten_ += oldest - at_;
  at_ = oldest;
}

std::size_t overwriting_ring::drain(const record_function& take) {
  std::size_t taken = 0;
  const std::byte* data = memory_.producer.data() + ring_memory::page_size();
  const auto end = position_at(memory_.producer.data() + ring_memory::producer_position);
  for (skip_overwritten(); at_ < end; skip_overwritten()) {
    const std::byte* record = data + (at_ & mask_);
    const record_header header = header_at(record);
    const std::uint64_t length = std::min<std::uint64_t>(header.length(), mask_);  // if torn, any number
    copy_.assign(record + record_header::size, record + record_header::size + length);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (position_at(memory_.producer.data() + ring_memory::overwrite_position) > at_) continue;
    if (header.is_busy()) break;
    at_ += room_of(length);
    std::atomic_ref(*reinterpret_cast<std::uint64_t*>(memory_.consumer.data())).store(at_, std::memory_order_release);
    if (header.is_discarded()) continue;
    take(bytes(copy_));
    ++taken;
  }
  return taken;
}

}  // namespace lsmith::loader
