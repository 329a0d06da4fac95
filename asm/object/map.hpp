// Maps are the memory that programs share with each other and with user space. Here a map is only described; the loader
// makes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith {

/// Kinds of maps, with the kernel's numbers (enum bpf_map_type).
enum class map_type : std::uint32_t {
  hash = 1, array = 2, prog_array = 3, perf_event_array = 4, percpu_hash = 5, percpu_array = 6, stack_trace = 7,
  cgroup_array = 8, lru_hash = 9, lru_percpu_hash = 10, lpm_trie = 11, array_of_maps = 12, hash_of_maps = 13,
  devmap = 14, sockmap = 15, cpumap = 16, xskmap = 17, sockhash = 18, cgroup_storage = 19, reuseport_sockarray = 20,
  percpu_cgroup_storage = 21, queue = 22, stack = 23, sk_storage = 24, devmap_hash = 25, struct_ops = 26, ringbuf = 27,
  inode_storage = 28, task_storage = 29, bloom_filter = 30, user_ringbuf = 31, cgrp_storage = 32, arena = 33,
  insn_array = 34,
};

/// A kind of map as text has it: the kernel's word in small letters.
struct map_type_name {
  std::string_view name;
  map_type type;
};
std::span<const map_type_name> map_type_names();

/// The name of the kind; empty for a number that is none.
std::string_view name_of(map_type type);
std::optional<map_type> find_map_type(std::string_view name);

/// Numbers of one kind that stand in a key or value, one behind another.
struct map_field {
  std::string name = {};      ///< empty: the whole of it
  std::uint32_t offset = 0;   ///< bytes
  std::uint32_t size = 4;     ///< bytes of one number
  std::uint32_t count = 1;    ///< more than one: an array
  bool is_signed = false;

  bool operator==(const map_field&) const = default;
};

/// What a key or value is made of, for whoever looks at the map from outside; some kinds of maps are not made without.
/// Without fields nothing is told.
struct map_layout {
  std::string name = {};
  std::vector<map_field> fields = {};

  bool operator==(const map_layout&) const = default;
};

/// What a map of maps or a program array holds from the start: a map or a program of the object.
struct map_slot {
  std::uint32_t index = 0;
  std::string name = {};

  bool operator==(const map_slot&) const = default;
};

/// Flags of maps, with the kernel's numbers (BPF_F_* of include/uapi/linux/bpf.h).
namespace map_flag {
inline constexpr std::uint32_t no_preallocation = 1u << 0;
inline constexpr std::uint32_t read_only_program = 1u << 7;  ///< 5.2+
}

/// One map of an object. Sizes in bytes; `entries` is bytes for a ring buffer (a power of two and a multiple of the page
/// size) and 0 for a perf event array, which the loader makes as large as the machine has processors.
struct map {
  std::string name = {};
  map_type type = map_type::array;
  std::uint32_t key_size = 4;
  std::uint32_t value_size = 8;
  std::uint32_t entries = 1;
  std::uint32_t flags = 0;  ///< BPF_F_*, as in BPF_MAP_CREATE; a map that programs can only read is frozen when it is made
  map_layout key = {};
  map_layout value = {};
  std::string inner = {};             ///< of a map of maps: a map of the object, which those it holds are like
  std::vector<map_slot> slots = {};   ///< of a map of maps or a program array
  std::vector<std::byte> initial_value = {}; ///< of an array: the bytes of its first values; the rest is zero

  bool operator==(const map&) const = default;
};

}  // namespace lsmith
