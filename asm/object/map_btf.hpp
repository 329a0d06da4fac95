// BTF for a map's keys and values. With it, tools print a map's content by member names. The kernel also requires it for the
// storages of tasks, inodes, sockets and cgroups.
#pragma once

#include <lsmith/asm/object/map.hpp>
#include <lsmith/btf/encode/encode.hpp>

namespace lsmith {

/// Type ids of a map's key and value; none for one without a layout.
struct map_btf {
  btf::type_id key = btf::type_id::none;
  btf::type_id value = btf::type_id::none;
};

/// Whether the kernel creates maps of this type only with BTF: BPF_MAP_TYPE_*_STORAGE (bpf_local_storage_map_alloc_check in
/// kernel/bpf/bpf_local_storage.c).
bool needs_btf(map_type type);

/// Adds the types of a map's key and value to `to`, and returns their ids.
map_btf add_types(btf::encoder& to, const map& of);

/// Whether the loader passes the type ids to BPF_MAP_CREATE: if both key and value have a type, or if the map is a storage
/// whose value has one.
bool passes_btf(map_type type, const map_btf& described);

}  // namespace lsmith
