// How a program is built that is not a matter of its rule: whom it binds, how its events travel, where it attaches.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/asm/object/object.hpp>

namespace lsmith::dsl {

/// Whom a program binds. Which cgroup, uid, process or namespace is set at load, under the names below.
enum class scope : std::uint8_t {
  system,
  cgroup,    ///< the processes in a cgroup and below
  uid,       ///< of a real uid
  pid,       ///< one process
  tree,      ///< a process and all that come of it, whoever their parent is later (asm/dsl/lowering/tracking.hpp)
  mount_ns,  ///< in one mount namespace; who may make another one leaves it
  pid_ns,    ///< in a pid namespace and those made within
};

/// How events leave the kernel: a ring buffer (5.8+), or a perf buffer on any kernel.
enum class channel : std::uint8_t { ring_buffer, perf_buffer };

/// Until when a program decides.
enum class lifetime : std::uint8_t {
  unlimited,
  deadline,  ///< until constant "deadline", in nanoseconds since boot (5.8+); behind it the program only lets pass
};

/// When the choice is made between denying and only reporting.
enum class dry_runs : std::uint8_t {
  at_load,         ///< by dsl::dry_run, before load
  while_attached,  ///< also by a 1 in the array map "dry_run", at any time
};

/// Names by which the loader finds what is set at load and read afterwards.
inline constexpr std::string_view scope_cgroup = "scope_cgroup";  ///< cgroup array of one entry
inline constexpr std::string_view scope_uid = "scope_uid";        ///< constant: real uid
inline constexpr std::string_view scope_pid = "scope_pid";        ///< constant: process (tgid)
inline constexpr std::string_view scope_mount_ns = "scope_mount_ns";  ///< constant: the namespace's inode number
inline constexpr std::string_view scope_pid_ns = "scope_pid_ns";      ///< constant: likewise
inline constexpr std::string_view deadline = "deadline";          ///< constant: nanoseconds since boot
inline constexpr std::string_view denial_name = "denial";         ///< constants: -EPERM; "denial_EACCES": -EACCES …
inline constexpr std::string_view dry_run_map = "dry_run";        ///< array of one: not 0 in a dry run
inline constexpr std::string_view events_map = "events";
inline constexpr std::string_view lost_map = "lost";              ///< array of one value: events that found no room, a number for each program

struct options {
  std::string_view name = {};  ///< of the program; by default the hook's, cut to what the kernel takes
  dsl::scope scope = dsl::scope::system;
  dsl::channel events = dsl::channel::ring_buffer;
  attach_kind attach = attach_kind::lsm_mac;
  dsl::lifetime lifetime = dsl::lifetime::unlimited;
  dsl::dry_runs dry_runs = dsl::dry_runs::at_load;
  bool sleepable = false;
};

}  // namespace lsmith::dsl
