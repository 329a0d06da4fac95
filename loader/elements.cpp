#include <lsmith/loader/elements.hpp>

#include <cerrno>
#include <vector>

#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/perf_buffer.hpp>

namespace lsmith::loader {
namespace {

std::unexpected<error> failed(const live_map& map, const error& why, std::string_view what = "reading the elements") {
  return failure({.why = cause::map_operation, .during = stage::events, .system_error = why.system_error,
                  .name = map.description.name, .of = what});
}

bool is_per_processor(map_type type) {
  return type == map_type::percpu_array || type == map_type::percpu_hash || type == map_type::lru_percpu_hash;
}

}  // namespace

result<std::vector<std::byte>> read_element(const live_map& from, const void* key) {
  const std::size_t one = from.description.value_size;
  std::vector<std::byte> all(is_per_processor(from.description.type) ? (one + 7) / 8 * 8 * possible_processors() : one);
  if (auto read = lookup_element(from.descriptor.get(), key, all.data()); !read) return failed(from, read.error(), "reading an element");
  return all;
}

result<void> write_element(const live_map& to, const void* key, const void* value) {
  if (auto put = update_element(to.descriptor.get(), key, value); !put) return failed(to, put.error(), "putting an element");
  return {};
}

result<void> for_each_element(const live_map& from, const element_function& take) {
  const int map = from.descriptor.get();
  std::vector<std::byte> key(from.description.key_size), next(from.description.key_size), value(from.description.value_size);
  const std::byte* after = nullptr;
  // A key that is deleted meanwhile starts the walk anew; so it ends after as many keys as the map can hold.
  for (std::uint32_t taken = 0; taken < from.description.entries; ++taken) {
    if (auto step = next_key(map, after, next.data()); !step) {
      if (step.error().system_error == ENOENT) return {};
      return failed(from, step.error());
    }
    key = next;
    after = key.data();
    const auto read = lookup_element(map, key.data(), value.data());
    if (read) take(key, value);
    else if (read.error().system_error != ENOENT) return failed(from, read.error());
  }
  return {};
}

}  // namespace lsmith::loader
