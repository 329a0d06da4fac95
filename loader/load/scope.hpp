// Whom a policy binds, told to its object before it is loaded. What the object has no test for is refused, never ignored:
// the policy would bind everyone.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/load/load_options.hpp>

namespace lsmith::loader {

/// Names by which an object's scope is set: the constants and maps that a scope test in the program reads. Those of a
/// process tree are in asm/dsl/lowering/tracking.hpp.
inline constexpr std::string_view scope_uid = "scope_uid";            ///< constant: real uid
inline constexpr std::string_view scope_pid = "scope_pid";            ///< constant: process (tgid)
inline constexpr std::string_view scope_cgroup = "scope_cgroup";      ///< cgroup array of one entry
inline constexpr std::string_view scope_mount_ns = "scope_mount_ns";  ///< constant: inode number of the namespace
inline constexpr std::string_view scope_pid_ns = "scope_pid_ns";      ///< constant: likewise

/// Gives the scope's constants their values. A scope that the object has no test for is an error (unknown_constant,
/// unknown_map). So is a test without a value (scope_missing): it would bind uid 0. Returns what must stay open as long as
/// the policy is in force: a namespace that ended would leave its number to another.
result<std::vector<fd>> bind_scope(object& whole, const load_options& who);

/// Puts a process, and with it all that have come of it, into map "scope_seeds" (asm/dsl/lowering/tracking.hpp). Called before the
/// programs that mark are attached it puts the process; called again afterwards, those that were forked before them.
/// Errors: unknown_process.
result<void> seed_tree(const fd& seeds, std::uint32_t root);

}  // namespace lsmith::loader
