#include <lsmith/asm/object/map.hpp>

namespace lsmith {
namespace {

constexpr map_type_name names[] = {
    {"hash", map_type::hash},
    {"array", map_type::array},
    {"prog_array", map_type::prog_array},
    {"perf_event_array", map_type::perf_event_array},
    {"percpu_hash", map_type::percpu_hash},
    {"percpu_array", map_type::percpu_array},
    {"stack_trace", map_type::stack_trace},
    {"cgroup_array", map_type::cgroup_array},
    {"lru_hash", map_type::lru_hash},
    {"lru_percpu_hash", map_type::lru_percpu_hash},
    {"lpm_trie", map_type::lpm_trie},
    {"array_of_maps", map_type::array_of_maps},
    {"hash_of_maps", map_type::hash_of_maps},
    {"devmap", map_type::devmap},
    {"sockmap", map_type::sockmap},
    {"cpumap", map_type::cpumap},
    {"xskmap", map_type::xskmap},
    {"sockhash", map_type::sockhash},
    {"cgroup_storage", map_type::cgroup_storage},
    {"reuseport_sockarray", map_type::reuseport_sockarray},
    {"percpu_cgroup_storage", map_type::percpu_cgroup_storage},
    {"queue", map_type::queue},
    {"stack", map_type::stack},
    {"sk_storage", map_type::sk_storage},
    {"devmap_hash", map_type::devmap_hash},
    {"struct_ops", map_type::struct_ops},
    {"ringbuf", map_type::ringbuf},
    {"inode_storage", map_type::inode_storage},
    {"task_storage", map_type::task_storage},
    {"bloom_filter", map_type::bloom_filter},
    {"user_ringbuf", map_type::user_ringbuf},
    {"cgrp_storage", map_type::cgrp_storage},
    {"arena", map_type::arena},
    {"insn_array", map_type::insn_array},
    {"rhash", map_type::rhash},
};

}  // namespace

std::span<const map_type_name> map_type_names() { return names; }

std::string_view name_of(map_type type) {
  for (const map_type_name& one : names)
    if (one.type == type) return one.name;
  return {};
}

std::optional<map_type> find_map_type(std::string_view name) {
  for (const map_type_name& one : names)
    if (one.name == name) return one.type;
  return {};
}

}  // namespace lsmith
