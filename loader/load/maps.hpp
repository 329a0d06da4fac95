// Making the maps of an object, before its programs are loaded: a program refers to a map by descriptor.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/map.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/errors/load_error.hpp>

namespace lsmith::loader {

/// A map that the kernel holds.
struct live_map {
  map description = {};
  fd descriptor = {};
};

/// The map of that name; null when there is none.
const live_map* find_map(std::span<const live_map> all, std::string_view name);

/// A map of the object that is not made but taken up where it is pinned, with what it holds.
struct reused_map {
  std::string name = {};  ///< in the object
  std::string path = {};  ///< in a bpffs
};

/// Makes the maps, with what they hold from the start: values, and other maps. A perf event array without a size gets one
/// entry for each possible processor; a map that programs can only read is frozen. The refusal tells missing privilege, the
/// locked-memory limit of kernels before 5.11, and kinds that this kernel does not know apart.
/// With a token they are made by what that allows. Those of `reused` are taken up instead, as they are: map_differs when one is not of
/// the same kind, sizes and flags, unknown_map when the object has none of that name, pin_failed when nothing is pinned there.
load_result<std::vector<live_map>> make_maps(std::span<const map> all, const fd& token = {}, std::span<const reused_map> reused = {});

/// Makes one more map like the description, for a map of maps to hold.
load_result<fd> make_map(const map& description);

/// Puts a map or a program into a map of maps or a program array, in the place of what was there: in one step, for every
/// program that looks. Error: map_operation.
result<void> put(const live_map& into, const void* key, const fd& what);

/// Puts the programs into the program arrays that hold them from the start; names and descriptors go in pairs.
result<void> fill_program_arrays(std::span<const live_map> maps, std::span<const std::string> names, std::span<const fd> programs);

/// Puts a cgroup into a cgroup array at an index. Error: cgroup_invalid.
result<void> put_cgroup(const fd& array, std::uint32_t index, const std::string& path);

}  // namespace lsmith::loader
