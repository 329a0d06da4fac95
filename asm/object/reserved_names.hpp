// Names of constants and maps that have a meaning for the loader, or for those who read a loaded policy. Every object uses them
// in this way, at whichever level its programs were written: typed, exact, or text.
#pragma once

#include <string_view>

#pragma GCC visibility push(default)
namespace lsmith::reserved {

// -- which processes are bound: the loader sets these from object::scope --

inline constexpr std::string_view scope_uid = "scope_uid";            ///< constant: real uid
inline constexpr std::string_view scope_pid = "scope_pid";            ///< constant: process (tgid)
inline constexpr std::string_view scope_mount_ns = "scope_mount_ns";  ///< constant: inode number of the namespace
inline constexpr std::string_view scope_pid_ns = "scope_pid_ns";      ///< constant: inode number of the namespace
inline constexpr std::string_view scope_cgroup = "scope_cgroup";      ///< cgroup array of one entry
inline constexpr std::string_view scope_tree = "scope_tree";    ///< hash: a task's address -> 1; the programs maintain it
inline constexpr std::string_view scope_seeds = "scope_seeds";  ///< hash: process (tgid) -> its start time in units of 10 ms

// -- which of them are exempt --

inline constexpr std::string_view except_cgroups = "except_cgroups";  ///< cgroup array: processes in these are exempt
inline constexpr std::string_view except_exe = "except_exe";          ///< hash: exempt executables, by file_identity

// -- when, and whether, the programs deny --

/// The time, in nanoseconds since boot (CLOCK_BOOTTIME), from which the programs allow everything. As a constant it is set before
/// load. As an array map of one 64-bit entry it can change while they are attached; 0 then means never.
inline constexpr std::string_view deadline = "deadline";
inline constexpr std::string_view armed = "armed";  ///< array of one entry: the programs deny once it is not 0
inline constexpr std::string_view dry_run = "dry_run";  ///< array of one entry: the programs deny nothing while it is not 0
inline constexpr std::string_view denial = "denial";  ///< constants: -EPERM, or 0 in a dry run; "denial_EACCES": -EACCES, …

// -- what is reported --

/// Per-CPU array of one entry, for a program that reads paths; its name ends with the program's number.
inline constexpr std::string_view path_buffer = "path_buffer_";
inline constexpr std::string_view events = "events";  ///< ring buffer, or perf event array
inline constexpr std::string_view lost = "lost";  ///< array of one value: a 64-bit count of lost events (buffer full) per program
inline constexpr std::string_view event_rate = "event_rate";  ///< array of one entry: the present second, and its events
inline constexpr std::string_view suppressed = "suppressed";  ///< array of one 64-bit entry: events beyond a limit per second
inline constexpr std::string_view decisions = "decisions";  ///< hash: kind of decision -> how often, and when first and last
inline constexpr std::string_view uncounted =
    "uncounted";  ///< array of one 64-bit entry: decisions for which that map had no room

/// Whether a constant is the return value of a denial: "denial" or "denial_EACCES".
constexpr bool is_denial(std::string_view constant) {
  return constant.starts_with(denial) && (constant.size() == denial.size() || constant[denial.size()] == '_');
}

}  // namespace lsmith::reserved
#pragma GCC visibility pop
