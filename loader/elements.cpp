#include <lsmith/loader/elements.hpp>

#include <cerrno>
#include <vector>

#include <lsmith/loader/calls.hpp>

namespace lsmith::loader {
namespace {

std::unexpected<error> failed(const live_map& map, const error& why) {
  return failure({.why = cause::map_operation, .during = stage::events, .system_error = why.system_error,
                  .name = map.description.name, .of = "reading the elements"});
}

}  // namespace

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
