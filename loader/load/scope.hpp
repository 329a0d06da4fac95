// Sets which processes a policy binds, before its object is loaded. A scope that the object's programs do not test is an error.
// It is never ignored: the policy would then bind every process.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/load/load_options.hpp>

namespace lsmith::loader {

/// Names of the constants and maps that a scope test in a program reads. Those of a process tree are in
/// asm/dsl/lowering/tracking.hpp.
inline constexpr std::string_view scope_uid = "scope_uid";            ///< constant: real uid
inline constexpr std::string_view scope_pid = "scope_pid";            ///< constant: process (tgid)
inline constexpr std::string_view scope_cgroup = "scope_cgroup";      ///< cgroup array of one entry
inline constexpr std::string_view scope_mount_ns = "scope_mount_ns";  ///< constant: inode number of the namespace
inline constexpr std::string_view scope_pid_ns = "scope_pid_ns";      ///< constant: inode number of the namespace

/// Sets the scope's constants in `whole`, and checks that the object and the options agree. Returns descriptors of the
/// namespaces; they must stay open while the policy is enforced, because the kernel can give the inode number of a namespace
/// that ended to another one.
///
/// Errors: unknown_constant or unknown_map for a scope that the object does not test; scope_missing for a test without a value
/// (it would bind uid 0, for example) and for a program of attach_kind::lsm_cgroup without .attach_cgroup; namespace_invalid.
result<std::vector<fd>> bind_scope(object& whole, const load_options& who);

/// Stores a process and its descendants in map "scope_seeds" (asm/dsl/lowering/tracking.hpp). Call it before the programs that
/// mark are attached, so that the root is stored when they run; and again afterwards, to store the processes that were forked
/// in between. Errors: unknown_process; call_failed with the errno if the map is full.
result<void> seed_tree(const fd& seeds, std::uint32_t root);

}  // namespace lsmith::loader
