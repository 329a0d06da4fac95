// Enforces an object on the running kernel: resolves its relocations, creates its maps, loads its programs, and attaches all of
// them or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/load/load_options.hpp>
#include <lsmith/loader/load/maps.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// An enforced policy. It ends when this is destroyed, or when the process ends for any reason: the kernel detaches a program
/// when the last descriptor of its link is closed. Pinning keeps it (pin/pins.hpp). Owns its descriptors.
class enforcement {
 public:
  /// The map of that name; null if the object has none. Valid until `maps` changes.
  const live_map* find_map(std::string_view name) const;

  std::vector<live_map> maps;
  std::vector<std::string> names;  ///< of the programs, in the object's order
  std::vector<fd> programs;  ///< in the same order
  std::vector<fd> links;     ///< in the same order; no descriptor for a program that is only tail-called; empty after load()
  fd scope_namespace;        ///< of the scope, if it is one: while it is open, no other namespace gets its inode number
};

/// Sets the constants of the object's scope, as load() does, and keeps no descriptor open. Errors: those of bind_scope()
/// (load/scope.hpp).
result<void> set_scope(object& whole, const load_options& how);

/// Resolves the object, creates its maps and loads its programs. Attaches nothing. If the error is memory_limit, tries again
/// with RLIMIT_MEMLOCK raised (kernel/memory_limit.hpp).
///
/// Errors: those of check(), bind_scope(), resolve_live(), find_in_modules() and make_maps(); unknown_map and map_operation for
/// `contents`; cgroup_invalid; those of load_program.hpp. Nothing stays loaded then.
load_result<enforcement> load(const object& whole, const load_options& how = {});

/// Enforces an object: attaches every program, or none. Before, it checks that attached programs run (can_enforce.hpp), unless
/// `even_if_inactive` is set.
///
/// Errors: those of can_enforce() and load(); kernel_fault; unknown_map if `confirm_within` is set and the object has no
/// deadline_map; unknown_process; and for attaching hook_busy, too_many_programs, too_many_cgroup_hooks, trampoline_missing,
/// memory_missing, cgroup_invalid, attach_failed.
load_result<enforcement> enforce(const object& whole, const load_options& how = {});

}  // namespace lsmith::loader
#pragma GCC visibility pop
