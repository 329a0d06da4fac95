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

/// Sets the constants of the object's scope, and checks that the object, its scope and the options agree. For a namespace, returns
/// its descriptor, which must stay open while the policy is enforced: the kernel can give the inode number of a namespace that
/// ended to another one. Else the descriptor is empty.
///
/// Errors: unknown_constant or unknown_map for a scope that the object does not test; scope_missing for a test of another scope
/// than the object's (it would bind uid 0, for example) and for a program of attach_kind::lsm_cgroup without .attach_cgroup;
/// namespace_invalid.
result<fd> bind_scope(object& whole, const load_options& how);

/// Stores a process and its descendants in map "scope_seeds" (asm/dsl/lowering/tracking.hpp). Call it before the programs that
/// mark are attached, so that the root is stored when they run; and again afterwards, to store the processes that were forked
/// in between. Errors: unknown_process; call_failed with the errno if the map is full.
result<void> seed_tree(const fd& seeds, std::uint32_t root);

}  // namespace lsmith::loader
