#include <lsmith/loader/maps.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/perf_buffer.hpp>
#include <lsmith/loader/privilege.hpp>

namespace lsmith::loader {
namespace {

/// Whether the kernel makes the smallest ring buffer there is (5.8+).
bool knows_ring_buffers() {
  const auto page = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
  return create_map({.map_type = static_cast<std::uint32_t>(map_type::ringbuf), .max_entries = page}).has_value();
}

/// What the kernel meant by refusing a map.
error explain(const map& description, std::uint16_t number) {
  error what{.why = cause::map_refused, .during = stage::create_map, .system_error = number, .name = description.name};
  if (number == EINVAL && description.type == map_type::ringbuf && !knows_ring_buffers()) {
    what.why = cause::kernel_too_old;
    what.name = "ring buffers";
    what.of = "5.8";
  }
  if (number != EPERM) return what;
  what = explain_eperm("BPF_MAP_CREATE", description.name);
  what.during = stage::create_map;
  return what;
}

std::uint32_t entries_of(const map& description) {
  if (description.type == map_type::perf_event_array && description.entries == 0) return possible_processors();
  return description.entries;
}

}  // namespace

granted<fd> make_map(const map& description) {
  abi::map_create what{.map_type = static_cast<std::uint32_t>(description.type),
                       .key_size = description.key_size,
                       .value_size = description.value_size,
                       .max_entries = entries_of(description),
                       .map_flags = description.flags};
  put_name(what.map_name, description.name);
  auto made = create_map(what);
  if (!made) return refuse(explain(description, made.error().system_error));
  return std::move(*made);
}

result<void> put_cgroup(const fd& array, const std::string& path) {
  const auto invalid = [&](const error& cause_of_it) {
    return failure({.why = cause::cgroup_invalid, .during = stage::open, .system_error = cause_of_it.system_error,
                    .name = path});
  };
  auto cgroup = open_path(path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!cgroup) return invalid(cgroup.error());
  const std::uint32_t index = 0;
  const int value = cgroup->get();
  if (auto put = update_element(array.get(), &index, &value); !put) return invalid(put.error());
  return {};
}

}  // namespace lsmith::loader
