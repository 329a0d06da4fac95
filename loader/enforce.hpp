// From an object to a policy in force: types resolved, maps made, programs loaded, and all of them attached, or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/object.hpp>
#include <lsmith/asm/source_text.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/types.hpp>
#include <lsmith/loader/can_enforce.hpp>
#include <lsmith/loader/kernel_btf.hpp>
#include <lsmith/loader/maps.hpp>
#include <lsmith/loader/refusal.hpp>
#include <lsmith/loader/scope.hpp>

namespace lsmith::loader {

/// A cgroup array: processes in these cgroups are not bound.
inline constexpr std::string_view except_cgroups = "except_cgroups";

/// An array map of one number: nanoseconds since boot (CLOCK_BOOTTIME) from which on the object's programs let everything
/// pass, or 0 for never.
inline constexpr std::string_view deadline_map = "deadline";

/// What a map holds before the programs are attached: keys and values in the map's sizes, one behind the other.
struct map_contents {
  std::string map = {};
  std::vector<std::byte> keys = {};
  std::vector<std::byte> values = {};
};

/// How to load an object. What the object has no place for is refused, never ignored.
struct load_options {
  std::optional<std::string> cgroup = {};    ///< a directory of a cgroup v2 file system
  std::vector<std::string> except_cgroups = {};  ///< likewise: who is not bound; as many as the object has room for
  std::optional<std::uint32_t> uid = {};     ///< real uid
  std::optional<std::uint32_t> pid = {};     ///< process number in the first pid namespace
  std::optional<std::uint32_t> tree = {};    ///< likewise: that process and all that come of it
  std::optional<std::string> mount_ns = {};  ///< a process number, or a file as /proc/1/ns/mnt
  std::optional<std::string> pid_ns = {};    ///< likewise, as /proc/1/ns/pid; namespaces made within are bound too
  std::vector<map_contents> contents = {};
  std::optional<std::string> attach_cgroup = {};  ///< where programs of attach_kind::lsm_cgroup attach (6.0+)
  std::optional<std::uint64_t> confirm_within = {};  ///< milliseconds until the deadline, counted from attaching
  std::vector<reused_map> reuse = {};        ///< maps that are taken up where they are pinned, with what they hold
  bool even_if_inactive = false;             ///< attach although bpf is not among the active LSMs
  bool despite_faults = false;               ///< do what this kernel is known to go down by (kernel_fault)
  proof prove = proof::where_needed;         ///< always: let a program be seen to decide, whatever the lists say
  lsmith::statements statements = lsmith::statements::read;  ///< whether the kernel gets source lines as they stand in their files
  const char* btf_path = kernel_btf::usual_path;  ///< where this kernel's types are read from

  /// Leave CO-RE's questions to the kernel (5.17+): then only hooks and their arguments are looked for in its types. These
  /// are the types that the object was written against; any kernel's that have all it asks for.
  const btf::types* built_on = nullptr;
};

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
granted<enforcement> load(object whole, const load_options& how = {});

/// Puts an object in force: every program attached, or none. Refused when no program would run (can_enforce.hpp).
granted<enforcement> enforce(const object& whole, const load_options& how = {});

}  // namespace lsmith::loader
