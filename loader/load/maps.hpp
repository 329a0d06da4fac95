// Creates the maps of an object. This is done before its programs are loaded, because their code contains the maps'
// descriptors.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/map.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/errors/load_error.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// A map that exists in the kernel. Owns its descriptor.
struct live_map {
  map description = {};
  fd descriptor = {};
};

/// The map of that name; null if there is none.
const live_map* find_map(std::span<const live_map> all, std::string_view name);

/// A pinned map to use, with its contents, in place of a map of the object.
struct reused_map {
  std::string name = {};  ///< of the map in the object
  std::string path = {};  ///< of the pin, in a bpffs
};

/// Creates the maps, in the order of `all`, and stores their first values: also inner maps, and cgroups (those of program arrays
/// follow when the programs are loaded). A perf event array with 0 entries gets one for each possible CPU. A map with initial
/// values that programs can only read is frozen. If the kernel does not accept the maps' BTF, they are created without, unless a
/// map needs it. With a token, BPF_MAP_CREATE and BPF_BTF_LOAD use it.
///
/// A map that `reused` lists is opened at its path instead, and its contents are left as they are.
///
/// Errors: those of errno_table.hpp for BPF_MAP_CREATE, which distinguish a missing privilege, the limit of locked memory
/// before 5.11, and a kind of map that this kernel does not have; btf_refused; map_operation; cgroup_invalid. For `reused`: unknown_map if the
/// object has no such map, pin_failed if it cannot be opened, map_differs if its kind, sizes or flags differ from the
/// description.
load_result<std::vector<live_map>> make_maps(std::span<const map> all, const fd& token = {},
                                             std::span<const reused_map> reused = {});

/// Creates one more map like the description, to be put into a map of maps. Raises the limit of locked memory if necessary
/// (kernel/memory_limit.hpp). Errors: those of make_maps().
load_result<fd> make_map(const map& description);

/// Puts a map into a map of maps, or a program into a program array. An element that was there is replaced in one step: a
/// running program sees the old one or the new one. Error: map_operation.
result<void> put(const live_map& into, const void* key, const fd& what);

/// Puts the programs into the program arrays that list them as `slots`. `names` and `programs` are in the same order. Error:
/// map_operation.
result<void> fill_program_arrays(std::span<const live_map> maps, std::span<const std::string> names,
                                 std::span<const fd> programs);

/// Whether make_maps() has frozen the map: programs can only read it, and it has initial values.
bool is_frozen_when_made(const map& one);

/// Freezes a map: from then on no process can change it through bpf(2). Programs still can, unless it has
/// map_flag::read_only_program. Error: map_operation, also if it is frozen already.
result<void> freeze(const live_map& one);

/// Puts the cgroup with this path into a cgroup array. Error: cgroup_invalid.
result<void> put_cgroup(const fd& array, std::uint32_t index, const std::string& path);

}  // namespace lsmith::loader
#pragma GCC visibility pop
