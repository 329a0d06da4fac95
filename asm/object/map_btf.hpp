// What a map's keys and values are made of, as BTF: so that whoever prints the map prints names and numbers, and because the
// kernel makes the storages of tasks, inodes, sockets and cgroups only for described values.
#pragma once

#include <lsmith/asm/object/map.hpp>
#include <lsmith/btf/encode/encode.hpp>

namespace lsmith {

/// Ids of a map's key and value; none where nothing is told of them.
struct map_btf {
  btf::type_id key = btf::type_id::none;
  btf::type_id value = btf::type_id::none;
};

/// Whether the kernel makes the map only when it knows what its values are made of (BPF_MAP_TYPE_*_STORAGE).
bool needs_types(map_type type);

/// Adds the types of a map's key and value.
map_btf add_types(btf::encoder& to, const map& of);

/// Whether the kernel is to be told of types: it takes those of keys and values together; only a storage's values may stand alone,
/// as their kind of key is known.
bool are_told(map_type type, const map_btf& described);

}  // namespace lsmith
