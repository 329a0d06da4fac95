#include <lsmith/loader/events/ring_buffer.hpp>

namespace lsmith::loader {

ring_buffer::ring_buffer(int map, std::byte* consumer, std::byte* producer, std::uint32_t entries)
    : map_(map),
      consumer_(reinterpret_cast<std::uint64_t*>(consumer)),
      producer_(reinterpret_cast<const std::uint64_t*>(producer)),
      data_(producer + ring_memory::page_size()),
      mask_(entries - 1) {}

result<ring_buffer> ring_buffer::open(int map, std::uint32_t entries) {
  auto memory = ring_memory::open(map, entries);
  if (!memory) return failure(memory.error());
  ring_buffer ring(map, memory->consumer.data(), memory->producer.data(), entries);
  ring.memory_ = std::move(*memory);
  return ring;
}

}  // namespace lsmith::loader
