#include <lsmith/loader/events/event_reader.hpp>

#include <numeric>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

result<event_reader> event_reader::open(const live_map& from) {
  const int map = from.descriptor.get();
  if (from.description.type == map_type::ringbuf && (from.description.flags & abi::ring_overwrites) != 0) {
    auto ring = overwriting_ring::open(map, from.description.entries);
    if (!ring) return failure(ring.error());
    return event_reader(std::move(*ring));
  }
  if (from.description.type == map_type::ringbuf) {
    auto ring = ring_buffer::open(map, from.description.entries);
    if (!ring) return failure(ring.error());
    return event_reader(std::move(*ring));
  }
  if (from.description.type == map_type::perf_event_array) {
    auto perf = perf_buffer::open(map);
    if (!perf) return failure(perf.error());
    return event_reader(std::move(*perf));
  }
  return failure({.why = cause::no_event_map, .during = stage::events, .name = from.description.name});
}

std::size_t event_reader::drain(const record_function& take) {
  return std::visit([&](auto& buffer) { return buffer.drain(take); }, from_);
}

int event_reader::descriptor() const {
  return std::visit([](const auto& buffer) { return buffer.descriptor(); }, from_);
}

std::uint64_t event_reader::overwritten() const {
  const auto* ring = std::get_if<overwriting_ring>(&from_);
  return ring == nullptr ? 0 : ring->overwritten();
}

result<std::vector<std::uint64_t>> read_counters(const live_map& from) {
  const std::uint32_t index = 0;
  std::vector<std::uint64_t> counts((from.description.value_size + 7) / 8);
  if (auto read = lookup_element(from.descriptor.get(), &index, counts.data()); !read)
    return failure({.why = cause::map_operation,
                    .during = stage::events,
                    .system_error = read.error().system_error,
                    .name = from.description.name,
                    .of = "reading a counter"});
  return counts;
}

result<std::uint64_t> read_counter(const live_map& from) {
  const auto counts = read_counters(from);
  if (!counts) return failure(counts.error());
  return std::accumulate(counts->begin(), counts->end(), std::uint64_t{0});
}

}  // namespace lsmith::loader
