// The choices that every policy offers, whatever its rule is: which processes it binds and exempts, how it reports, and from
// when or until when it is enforced.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/options.hpp>

namespace lsmith::programs {

/// Which processes a policy binds. The value (which cgroup, uid or process) is set at load.
using scope = dsl::scope;

/// How events leave the kernel.
enum class event_channel : std::uint8_t { none, ring_buffer, perf_buffer };

/// A file's identity, which does not depend on its path. It is a key in maps: fixed widths, no padding.
struct file_identity {
  std::uint64_t inode = 0;
  std::uint32_t device = 0;  ///< of its file system, as the kernel encodes it (include/linux/kdev_t.h): major << 20 | minor
  std::uint32_t reserved = 0;

  bool operator==(const file_identity&) const = default;
};

/// Processes that are exempt although they are in scope. A process cannot choose these identities for itself. It can choose
/// its comm, so comm is not among them.
struct exemptions {
  std::vector<std::uint32_t> uids = {};          ///< real uids
  std::vector<file_identity> executables = {};   ///< processes that run one of these files; at most 256
  std::uint32_t cgroups = 0;  ///< how many cgroups are put into the map loader::except_cgroups at load
};

/// The choices of one policy or profile.
struct common_choices {
  programs::scope scope = programs::scope::system;
  event_channel events = event_channel::ring_buffer;
  bool count_decisions = false;     ///< count the decisions by kind (decision_counts.hpp)
  bool expires = false;   ///< allow everything from the deadline on (loader::deadline_map)
  bool disarmed = false;  ///< allow everything until the value in armed_map is not 0
  exemptions except = {};
};

/// The constant with the return value of a denial: -EPERM, and 0 in a dry run.
inline constexpr std::string_view denial = "denial";

/// Names of maps: the exempt executables, and the switch that arms a policy.
inline constexpr std::string_view except_executables_map = "except_exe";
inline constexpr std::string_view armed_map = "armed";  ///< an array with one entry: not 0 once the policy is armed

}  // namespace lsmith::programs
