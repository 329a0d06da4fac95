#include <lsmith/loader/maps.hpp>

#include <fcntl.h>

#include <cerrno>

#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/kernel_version.hpp>
#include <lsmith/loader/perf_buffer.hpp>
#include <lsmith/loader/privilege.hpp>

namespace lsmith::loader {
namespace {

struct map_history {
  map_type type;
  std::string_view name;
  kernel_version since;
};

/// Kinds of maps that are younger than the oldest kernel with BPF LSM (5.7).
constexpr map_history newer_maps[] = {
    {map_type::ringbuf, "ring buffers", {5, 8}},
    {map_type::inode_storage, "inode storage", {5, 10}},
    {map_type::task_storage, "task storage", {5, 11}},
    {map_type::bloom_filter, "bloom filters", {5, 16}},
    {map_type::user_ringbuf, "user ring buffers", {6, 1}},
    {map_type::cgrp_storage, "cgroup storage", {6, 2}},
    {map_type::arena, "arenas", {6, 9}},
};

/// What the kernel meant by refusing a map.
error explain(const map& description, std::uint16_t number) {
  error what{.why = cause::map_refused, .during = stage::create_map, .system_error = number, .name = description.name};
  if (number == EINVAL) {
    for (const map_history& kind : newer_maps) {
      if (kind.type != description.type || running_kernel() >= kind.since) continue;
      what.why = cause::kernel_too_old;
      what.name = kind.name;
      what.of = to_string(kind.since);
    }
    return what;
  }
  if (number != EPERM) return what;
  what = explain_eperm("BPF_MAP_CREATE");
  if (what.why == cause::no_permission && running_kernel() < kernel_version{5, 11}) {
    what.why = cause::memory_limit;  // maps counted against RLIMIT_MEMLOCK, and the kernel answers EPERM
    what.name = description.name;
  }
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
