// Maps are memory that programs share with each other and with user space. A map here is only a description; the loader
// creates the map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace lsmith {

/// Map types, with the kernel's numbers (enum bpf_map_type). Those newer than 5.10 have their first kernel.
enum class map_type : std::uint32_t {
  hash = 1,
  array = 2,
  prog_array = 3,
  perf_event_array = 4,
  percpu_hash = 5,
  percpu_array = 6,
  stack_trace = 7,
  cgroup_array = 8,
  lru_hash = 9,
  lru_percpu_hash = 10,
  lpm_trie = 11,
  array_of_maps = 12,
  hash_of_maps = 13,
  devmap = 14,
  sockmap = 15,
  cpumap = 16,
  xskmap = 17,
  sockhash = 18,
  cgroup_storage = 19,
  reuseport_sockarray = 20,
  percpu_cgroup_storage = 21,
  queue = 22,
  stack = 23,
  sk_storage = 24,
  devmap_hash = 25,
  struct_ops = 26,
  ringbuf = 27,
  inode_storage = 28,
  task_storage = 29,  ///< 5.11+
  bloom_filter = 30,  ///< 5.16+
  user_ringbuf = 31,  ///< 6.1+
  cgrp_storage = 32,  ///< 6.2+
  arena = 33,         ///< 6.9+
  insn_array = 34,    ///< 6.19+
  rhash = 35,         ///< 7.2+
};

/// A map type's name in text: the kernel's name in lower case, "array_of_maps".
struct map_type_name {
  std::string_view name;
  map_type type;
};
/// All of them, in the order of their numbers. Static storage.
std::span<const map_type_name> map_type_names();

/// The name of the type, a string literal; empty for a number that is no map type.
std::string_view name_of(map_type type);
/// The type with this name; nothing if there is none.
std::optional<map_type> find_map_type(std::string_view name);

/// A member of a key or value: an integer, or an array of them.
struct map_field {
  std::string name = {};      ///< empty: the whole key or value is this one field
  std::uint32_t offset = 0;   ///< in bytes, from the start of the key or value
  std::uint32_t size = 4;     ///< of one integer, in bytes: 1, 2, 4 or 8
  std::uint32_t count = 1;    ///< more than 1: an array
  bool is_signed = false;

  bool operator==(const map_field&) const = default;
};

/// The layout of a key or value, which becomes BTF (map_btf.hpp): tools print the map with it, and the kernel requires it for
/// storages. Without fields there is no BTF.
struct map_layout {
  std::string name = {};  ///< of the struct
  std::vector<map_field> fields = {};

  bool operator==(const map_layout&) const = default;
};

/// Initial content of a map of maps, a program array or a cgroup array at one index.
struct map_slot {
  std::uint32_t index = 0;  ///< less than map::entries
  std::string name = {};  ///< of a map or program of the object; or the path of a cgroup v2 directory

  bool operator==(const map_slot&) const = default;
};

/// Flags of maps, with the kernel's numbers (BPF_F_* of include/uapi/linux/bpf.h).
namespace map_flag {
inline constexpr std::uint32_t no_preallocation = 1u << 0;   ///< BPF_F_NO_PREALLOC
inline constexpr std::uint32_t read_only_program = 1u << 7;  ///< BPF_F_RDONLY_PROG
}  // namespace map_flag

/// One map of an object. Sizes are in bytes. `entries` is max_entries of BPF_MAP_CREATE: of a ring buffer its size in bytes, a
/// power of two and a multiple of the page size; of a storage 0; of a perf event array it may be 0: the loader then takes the
/// number of possible CPUs. What check() does not test, the kernel tests at load: map_refused, map_too_large.
struct map {
  std::string name = {};  ///< 1 to 15 of [A-Za-z0-9_.], unique among the maps
  map_type type = map_type::array;
  std::uint32_t key_size = 4;
  std::uint32_t value_size = 8;
  std::uint32_t entries = 1;
  std::uint32_t flags = 0;  ///< BPF_F_*, as in BPF_MAP_CREATE; the loader freezes a map with read_only_program
  map_layout key = {};
  map_layout value = {};
  std::string inner = {};             ///< of a map of maps: the inner map's template, an earlier map of the object
  std::vector<map_slot> slots = {};   ///< of a map of maps, a program array or a cgroup array
  std::vector<std::byte> initial_value = {};  ///< of an array: the bytes of its first values; the others are zero

  bool operator==(const map&) const = default;
};

}  // namespace lsmith
#pragma GCC visibility pop
