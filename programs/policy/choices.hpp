// What every policy can be built with, whatever its rule is.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/options.hpp>

namespace lsmith::programs {

/// Whom a policy binds. The value (which cgroup, uid or process) is set at load.
using scope = dsl::scope;

/// How events leave the kernel.
enum class event_channel : std::uint8_t { none, ring_buffer, perf_buffer };

/// A file, whatever it is called. Written into maps: fixed widths, no padding.
struct file_identity {
  std::uint64_t inode = 0;
  std::uint32_t device = 0;  ///< of its file system, as the kernel counts it: major << 20 | minor
  std::uint32_t reserved = 0;

  bool operator==(const file_identity&) const = default;
};

/// Who is not bound although in scope. Identities that a process cannot choose for itself: never its comm.
struct exemptions {
  std::vector<std::uint32_t> uids = {};          ///< real uids
  std::vector<file_identity> executables = {};   ///< processes that run one of these files
  std::uint32_t cgroups = 0;  ///< how many cgroups are put into except_cgroups_map at load
};

/// What every policy can be built with.
struct common_choices {
  programs::scope scope = programs::scope::system;
  event_channel events = event_channel::ring_buffer;
  bool count_decisions = false;     ///< count who is refused what (tally.hpp)
  bool expires = false;   ///< let everything pass from the deadline on (loader::deadline_map)
  bool disarmed = false;  ///< let everything pass until armed_map holds a number
  exemptions except = {};
};

/// The constant that a denial with EPERM returns, and 0 in a dry run.
inline constexpr std::string_view denial = "denial";

/// Names of the maps of exemptions and of the switch that arms a policy.
inline constexpr std::string_view except_executables_map = "except_exe";
inline constexpr std::string_view armed_map = "armed";  ///< an array of one: not 0 once the policy holds

}  // namespace lsmith::programs
