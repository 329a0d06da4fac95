// How a program is built, apart from its rule: the scope, the way events are sent, the attach kind.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/asm/object/object.hpp>

namespace lsmith::dsl {

/// The processes to which a program applies. The cgroup, uid, process or namespace is set at load, under the names below.
enum class scope : std::uint8_t {
  system,    ///< all processes
  cgroup,    ///< the processes in a cgroup or below it
  uid,       ///< the processes with a real uid
  pid,       ///< one process
  tree,      ///< a process and all its descendants, also after they get another parent (asm/dsl/lowering/tracking.hpp)
  mount_ns,  ///< the processes in a mount namespace; a process that may create another one can leave the scope
  pid_ns,    ///< the processes in a pid namespace or one created inside it
};

/// How events are sent to user space: a ring buffer (5.8+), or a perf buffer on any kernel.
enum class channel : std::uint8_t { ring_buffer, perf_buffer };

/// How long a program applies.
enum class lifetime : std::uint8_t {
  unlimited,
  deadline,  ///< until constant "deadline", in nanoseconds since boot (5.8+); after it the program allows everything
};

/// When the choice is made between a real run, which denies, and a dry run, which only reports.
enum class dry_runs : std::uint8_t {
  at_load,         ///< by dsl::dry_run, before load
  while_attached,  ///< also at any time: by writing 1 into the array map "dry_run"
};

/// The names of constants and maps that the loader sets at load and reads later.
inline constexpr std::string_view scope_cgroup = "scope_cgroup";  ///< cgroup array of one entry
inline constexpr std::string_view scope_uid = "scope_uid";        ///< constant: real uid
inline constexpr std::string_view scope_pid = "scope_pid";        ///< constant: process (tgid)
inline constexpr std::string_view scope_mount_ns = "scope_mount_ns";  ///< constant: the namespace's inode number
inline constexpr std::string_view scope_pid_ns = "scope_pid_ns";      ///< constant: likewise
inline constexpr std::string_view deadline = "deadline";          ///< constant: nanoseconds since boot
inline constexpr std::string_view denial_name = "denial";         ///< constants: -EPERM; "denial_EACCES": -EACCES …
inline constexpr std::string_view dry_run_map = "dry_run";        ///< array of one: not 0 in a dry run
inline constexpr std::string_view events_map = "events";
inline constexpr std::string_view lost_map = "lost";  ///< array of one value: a count of lost events (buffer full) per program

/// The options of one program.
struct options {
  std::string_view name = {};  ///< of the program; by default the hook's, cut to the 15 characters that the kernel allows
  dsl::scope scope = dsl::scope::system;
  dsl::channel events = dsl::channel::ring_buffer;
  attach_kind attach = attach_kind::lsm_mac;
  dsl::lifetime lifetime = dsl::lifetime::unlimited;
  dsl::dry_runs dry_runs = dsl::dry_runs::at_load;
  bool sleepable = false;
};

}  // namespace lsmith::dsl
