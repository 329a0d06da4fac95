#include <lsmith/loader/load/maps.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <lsmith/asm/object/map_btf.hpp>
#include <lsmith/loader/errors/errno_table.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel/memory_limit.hpp>
#include <lsmith/loader/kernel/possible_cpus.hpp>
#include <lsmith/loader/syscall/attributes.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

/// Kinds of maps that are newer than BPF LSM (5.7).
struct late_kind {
  map_type type;
  std::string_view name;
  kernel_version since;
  std::string_view version;
};
constexpr late_kind late_kinds[] = {
    {map_type::ringbuf, "ring buffers", {5, 8}, "5.8"},
    {map_type::inode_storage, "inode storage", {5, 10}, "5.10"},
    {map_type::task_storage, "task storage", {5, 11}, "5.11"},
    {map_type::bloom_filter, "bloom filters", {5, 16}, "5.16"},
    {map_type::user_ringbuf, "user ring buffers", {6, 1}, "6.1"},
    {map_type::cgrp_storage, "cgroup storage", {6, 2}, "6.2"},
    {map_type::arena, "arenas", {6, 9}, "6.9"},
    {map_type::insn_array, "instruction arrays", {6, 19}, "6.19"},
    {map_type::rhash, "resizable hash maps", {7, 2}, "7.2"},
};

/// Whether the kernel can create a ring buffer of the smallest size (5.8+).
bool has_ring_buffers() {
  const auto page = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
  return create_map({.map_type = static_cast<std::uint32_t>(map_type::ringbuf), .max_entries = page}).has_value();
}

/// Whether the kernel has this kind of map. For ring buffers, it creates one; for the others, the version decides.
bool has_kind(const late_kind& kind) {
  return kind.type == map_type::ringbuf ? has_ring_buffers() : !(running_kernel() < kind.since);
}

/// The error for an errno of BPF_MAP_CREATE.
error explain(const map& description, std::uint16_t number, bool with_token) {
  failed_call what{
      .during = stage::create_map, .command = abi::command::map_create, .name = description.name, .with_token = with_token};
  for (const late_kind& kind : late_kinds) {
    if (number != EINVAL || kind.type != description.type || has_kind(kind)) continue;
    what.feature = kind.name;
    what.since = kind.version;
  }
  return explain(what, number);
}

std::uint32_t entries_of(const map& description) {
  if (description.type == map_type::perf_event_array && description.entries == 0) return possible_cpus();
  return description.entries;
}

/// What BPF_MAP_CREATE needs in addition to the description.
struct map_context {
  int inner = 0;  ///< for a map of maps: a map like those that it will contain
  int btf = 0;    ///< descriptor; 0 for none
  map_btf described = {};
  int token = -1;
};

load_result<fd> make(const map& description, const map_context& with) {
  const map_btf types = passes_btf(description.type, with.described) ? with.described : map_btf();
  auto made = create_map(fill({.name = description.name,
                               .type = static_cast<std::uint32_t>(description.type),
                               .key_size = description.key_size,
                               .value_size = description.value_size,
                               .max_entries = entries_of(description),
                               .flags = description.flags,
                               .inner = with.inner,
                               .btf = with.btf,
                               .key_type = btf::number(types.key),
                               .value_type = btf::number(types.value),
                               .token = with.token}));
  if (!made) return load_failure(explain(description, made.error().system_error, with.token >= 0));
  return std::move(*made);
}

/// One BTF object, which describes the keys and values of all maps.
struct described_maps {
  std::vector<map_btf> ids;  ///< in the maps' order
  fd types;                    ///< none if no map is described, or if the kernel does not accept the BTF
};

// If the kernel does not accept the BTF, the maps are created without, unless the kind of one needs it.
load_result<described_maps> describe(std::span<const map> all, const fd& token) {
  btf::encoder types;
  described_maps described;
  bool needed = false;
  for (const map& one : all) {
    described.ids.push_back(add_types(types, one));
    needed = needed || needs_btf(one.type);
  }
  if (types.count() == 0) return described;
  auto loaded = load_btf(types.finish(), {}, token.get());
  if (loaded) described.types = std::move(*loaded);
  else if (needed)
    return load_failure({.why = cause::btf_refused, .during = stage::create_map, .system_error = loaded.error().system_error});
  return described;
}

error failed(const live_map& map, const error& why, std::string_view what) {
  return {.why = cause::map_operation,
          .during = stage::create_map,
          .system_error = why.system_error,
          .name = map.description.name,
          .of = what};
}

/// Stores an array's first values. Programs that can only read them take them for constants, so they are frozen.
result<void> store_initial_value(const live_map& array) {
  const std::vector<std::byte>& bytes = array.description.initial_value;
  const std::size_t size = array.description.value_size;
  for (std::uint32_t i = 0; i * size < bytes.size(); ++i)
    if (auto put = update_element(array.descriptor.get(), &i, bytes.data() + i * size); !put)
      return failure(failed(array, put.error(), "setting a value"));
  return is_frozen_when_made(array.description) ? freeze(array) : result<void>();
}

/// Fills the slots that do not need loaded programs.
result<void> fill_slots(const live_map& outer, std::span<const live_map> all) {
  if (outer.description.type == map_type::prog_array) return {};
  for (const map_slot& slot : outer.description.slots) {
    if (outer.description.type == map_type::cgroup_array) {
      if (auto done = put_cgroup(outer.descriptor, slot.index, slot.name); !done) return done;
      continue;
    }
    const live_map* inner = find_map(all, slot.name);
    if (inner == nullptr) return failure({.why = cause::unknown_map, .during = stage::create_map, .name = slot.name});
    if (auto done = put(outer, &slot.index, inner->descriptor); !done) return done;
  }
  return {};
}

struct compared {
  std::string_view what;
  std::uint32_t is, expected;
};

/// Opens a pinned map. It must be like the description.
result<fd> open_pinned(const map& description, const std::string& path) {
  auto opened = open_pin(path.c_str());
  if (!opened)
    return failure({.why = cause::pin_failed,
                    .during = stage::create_map,
                    .system_error = opened.error().system_error,
                    .name = path,
                    .of = "open"});
  const auto info = describe_map(*opened);
  if (!info) return failure(info.error());
  for (const compared& one : {compared{"kind", info->type, static_cast<std::uint32_t>(description.type)},
                              compared{"size of keys", info->key_size, description.key_size},
                              compared{"size of values", info->value_size, description.value_size},
                              compared{"number of entries", info->max_entries, entries_of(description)},
                              compared{"set of flags", info->map_flags, description.flags}})
    if (one.is != one.expected)
      return failure({.why = cause::map_differs,
                      .during = stage::create_map,
                      .first = one.is,
                      .second = one.expected,
                      .name = path,
                      .of = one.what});
  return opened;
}

const reused_map* find_reused(std::span<const reused_map> all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &reused_map::name);
  return found == all.end() ? nullptr : &*found;
}

result<void> check_reused(std::span<const map> all, std::span<const reused_map> reused) {
  for (const reused_map& one : reused)
    if (std::ranges::find(all, one.name, &map::name) == all.end())
      return failure({.why = cause::unknown_map, .during = stage::create_map, .name = one.name});
  return {};
}

}  // namespace

const live_map* find_map(std::span<const live_map> all, std::string_view name) {
  for (const live_map& one : all)
    if (one.description.name == name) return &one;
  return nullptr;
}

load_result<std::vector<live_map>> make_maps(std::span<const map> all, const fd& token, std::span<const reused_map> reused) {
  if (auto known = check_reused(all, reused); !known) return load_failure(known.error());
  auto described = describe(all, token);
  if (!described) return std::unexpected(described.error());
  std::vector<live_map> made;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (const reused_map* pinned = find_reused(reused, all[i].name)) {
      auto opened = open_pinned(all[i], pinned->path);
      if (!opened) return load_failure(opened.error());
      made.push_back({all[i], std::move(*opened)});
      continue;
    }
    const live_map* inner = find_map(made, all[i].inner);
    auto one = make(all[i], {inner != nullptr ? inner->descriptor.get() : 0, described->types ? described->types.get() : 0,
                             described->ids[i], token.get()});
    if (!one) return std::unexpected(one.error());
    made.push_back({all[i], std::move(*one)});
  }
  for (const live_map& one : made) {
    if (find_reused(reused, one.description.name) != nullptr) continue;
    auto done = store_initial_value(one);
    if (done) done = fill_slots(one, made);
    if (!done) return load_failure(done.error());
  }
  return made;
}

bool is_frozen_when_made(const map& one) { return (one.flags & map_flag::read_only_program) != 0 && !one.initial_value.empty(); }

result<void> freeze(const live_map& one) {
  if (auto frozen = freeze_map(one.descriptor.get()); !frozen) return failure(failed(one, frozen.error(), "freezing the values"));
  return {};
}

load_result<fd> make_map(const map& description) {
  auto made = with_locked_memory([&] { return make_maps({&description, 1}); });
  if (!made) return std::unexpected(made.error());
  return std::move(made->front().descriptor);
}

result<void> put(const live_map& into, const void* key, const fd& what) {
  const int descriptor = what.get();
  if (auto done = update_element(into.descriptor.get(), key, &descriptor); !done)
    return failure(failed(into, done.error(), "updating an element"));
  return {};
}

result<void> fill_program_arrays(std::span<const live_map> maps, std::span<const std::string> names,
                                 std::span<const fd> programs) {
  for (const live_map& one : maps) {
    if (one.description.type != map_type::prog_array) continue;
    for (const map_slot& slot : one.description.slots) {
      const auto found = std::ranges::find(names, slot.name);  // check() has made sure that it is there
      if (auto done = put(one, &slot.index, programs[static_cast<std::size_t>(found - names.begin())]); !done) return done;
    }
  }
  return {};
}

result<void> put_cgroup(const fd& array, std::uint32_t index, const std::string& path) {
  const auto invalid = [&](const error& reason) {
    return failure({.why = cause::cgroup_invalid, .during = stage::open, .system_error = reason.system_error, .name = path});
  };
  auto cgroup = open_path(path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!cgroup) return invalid(cgroup.error());
  const int value = cgroup->get();
  if (auto put = update_element(array.get(), &index, &value); !put) return invalid(put.error());
  return {};
}

}  // namespace lsmith::loader
