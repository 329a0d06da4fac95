#include <lsmith/loader/ring_buffer.hpp>

#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace lsmith::loader {
namespace {

constexpr std::uint32_t busy_bit = 1u << 31;
constexpr std::uint32_t discard_bit = 1u << 30;
constexpr std::size_t header_size = 8;

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

template <class T>
T load_acquire(const T* from) {
  return std::atomic_ref<T>(*const_cast<T*>(from)).load(std::memory_order_acquire);
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

std::size_t ring_buffer::drain(const record_function& take) {
  std::size_t taken = 0;
  std::uint64_t at = *consumer_;
  const std::uint64_t end = load_acquire(producer_);  // what comes later is for the next drain: a flood must not keep us here
  while (at < end) {
    const std::byte* record = data_ + (at & mask_);
    const std::uint32_t header = load_acquire(reinterpret_cast<const std::uint32_t*>(record));
    if (header & busy_bit) break;

    const std::uint32_t length = header & ~discard_bit;
    if (!(header & discard_bit)) {
      take({record + header_size, length});
      ++taken;
    }
    at += (length + header_size + 7) & ~std::uint64_t{7};
    std::atomic_ref(*consumer_).store(at, std::memory_order_release);
  }
  return taken;
}

}  // namespace lsmith::loader
