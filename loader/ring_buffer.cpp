#include <lsmith/loader/ring_buffer.hpp>

#include <unistd.h>

#include <cerrno>

namespace lsmith::loader {
namespace {

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

error cannot_map() {
  return {.why = cause::event_source, .during = stage::events, .system_error = static_cast<std::uint16_t>(errno),
          .name = "ring buffer"};
}

}  // namespace

ring_buffer::ring_buffer(int map, std::byte* consumer, std::byte* producer, std::uint32_t entries)
    : map_(map),
      consumer_(reinterpret_cast<std::uint64_t*>(consumer)),
      producer_(reinterpret_cast<const std::uint64_t*>(producer)),
      data_(producer + page_size()),
      mask_(entries - 1) {}

result<ring_buffer> ring_buffer::open(int map, std::uint32_t entries) {
  const std::size_t page = page_size();
  mapping consumer(page, PROT_READ | PROT_WRITE, map, 0);
  if (!consumer) return failure(cannot_map());
  mapping producer(page + 2 * std::size_t{entries}, PROT_READ, map, static_cast<off_t>(page));
  if (!producer) return failure(cannot_map());

  ring_buffer ring(map, consumer.data(), producer.data(), entries);
  ring.consumer_pages_ = std::move(consumer);
  ring.producer_pages_ = std::move(producer);
  return ring;
}

}  // namespace lsmith::loader
