#include <lsmith/loader/events/ring_memory.hpp>

#include <unistd.h>

#include <cerrno>

namespace lsmith::loader {

std::size_t ring_memory::page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

result<ring_memory> ring_memory::open(int map, std::uint32_t entries) {
  const std::size_t page = page_size();
  ring_memory ring;
  ring.consumer = mapping(page, PROT_READ | PROT_WRITE, map, 0);
  if (ring.consumer) ring.producer = mapping(page + 2 * std::size_t{entries}, PROT_READ, map, static_cast<off_t>(page));
  if (ring.producer) return ring;
  return failure({.why = cause::event_source,
                  .during = stage::events,
                  .system_error = static_cast<std::uint16_t>(errno),
                  .name = "ring buffer"});
}

}  // namespace lsmith::loader
