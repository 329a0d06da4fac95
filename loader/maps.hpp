// Making the maps of an object, before its programs are loaded: a program refers to a map by descriptor.
#pragma once

#include <lsmith/asm/map.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/refusal.hpp>

namespace lsmith::loader {

/// Makes one map. A perf event array without a size gets one entry for each possible processor. The refusal tells missing
/// privilege, the locked-memory limit of kernels before 5.11, and kinds that this kernel does not know apart.
granted<fd> make_map(const map& description);

/// Puts a cgroup into a cgroup array of one entry. Error: cgroup_invalid.
result<void> put_cgroup(const fd& array, const std::string& path);

}  // namespace lsmith::loader
