// The choices that every policy offers, whatever its rule is: which processes it binds and exempts, how it reports, and from
// when or until when it is enforced.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/graph/options.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// How events leave the kernel.
enum class event_channel : std::uint8_t { none, ring_buffer, perf_buffer };

/// A file's identity, which does not depend on its path. It is a key in maps: fixed widths, no padding.
struct file_identity {
  std::uint64_t inode = 0;
  std::uint32_t device = 0;  ///< of its file system, as the kernel encodes it (include/linux/kdev_t.h): major << 20 | minor
  std::uint32_t reserved = 0;

  bool operator==(const file_identity&) const = default;
};

/// A file whose processes are exempt. When it is deleted, its inode number can be given to a new file, which then has another
/// generation.
struct exempt_file {
  /// For a file system that does not tell the generations of its inodes.
  static constexpr std::uint64_t any_generation = std::uint64_t{1} << 32;

  file_identity file = {};
  std::uint64_t generation = any_generation;  ///< i_generation of its inode, 32 bits wide; or any_generation
};

/// Processes that are exempt although they are in scope. A process cannot choose these identities for itself. It can choose
/// its comm, so comm is not among them. While a policy with exempt executables is enforced, the processes that it binds cannot
/// change what the kernel takes for their executable (PR_SET_MM_EXE_FILE and PR_SET_MM_MAP of prctl(2)).
struct exemptions {
  std::vector<std::uint32_t> uids = {};          ///< real uids
  std::vector<exempt_file> executables = {};     ///< processes that run one of these files
  std::vector<std::string> cgroups = {};         ///< processes in these cgroup v2 directories
};

/// The choices of one policy or profile.
struct common_choices {
  lsmith::scope scope = {};  ///< which processes the policy binds
  event_channel events = event_channel::ring_buffer;
  std::uint32_t ring_size = dsl::usual_ring_size;  ///< of the ring buffer, in bytes: a power of two, at least a page
  std::uint32_t events_per_second = 0;  ///< at most about so many are reported, the rest is counted; 0: all are reported
  bool count_decisions = false;     ///< count the decisions by kind (decision_counts.hpp)
  bool expires = false;   ///< allow everything from the deadline on (map reserved::deadline)
  bool disarmed = false;  ///< allow everything until the value in map reserved::armed is not 0
  exemptions except = {};
};

}  // namespace lsmith::programs
#pragma GCC visibility pop
