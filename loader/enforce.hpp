// From an object to a policy in force: types resolved, maps made, programs loaded, and all of them attached, or none.
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

namespace lsmith::loader {

/// A policy in force. It ends when this goes out of scope, or the process ends, however it ends: the kernel drops a link
/// with its last descriptor.
class enforcement {
 public:
  /// The map of that name; null when the object has none.
  const live_map* find_map(std::string_view name) const;

  std::vector<live_map> maps;
  std::vector<std::string> names;  ///< of the programs, in the object's order
  std::vector<fd> programs;  ///< likewise
  std::vector<fd> links;     ///< likewise, none for a program that is only called; empty when only loaded
  std::vector<fd> held;      ///< namespaces that are bound: another would be given the number of one that ended
};

/// Gives the scope's constants their values, as loading does, and keeps nothing open (scope.hpp). A program for a cgroup
/// without .attach_cgroup is scope_missing.
result<void> set_scope(object& whole, const load_options& how);

/// Resolves and loads everything, and attaches nothing.
load_result<enforcement> load(const object& whole, const load_options& how = {});

/// Puts an object in force: every program attached, or none. Refused when no program would run (can_enforce.hpp).
load_result<enforcement> enforce(const object& whole, const load_options& how = {});

}  // namespace lsmith::loader
