// Which processes a policy binds. The programs of an object test it; the loader sets what they compare with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#pragma GCC visibility push(default)
namespace lsmith {

/// What is compared. It decides which test a program contains, so it is fixed when the program is built.
enum class scope_kind : std::uint8_t {
  system,    ///< all processes
  cgroup,    ///< the processes in a cgroup or below it
  uid,       ///< the processes with a real uid
  pid,       ///< one process
  tree,      ///< a process and all its descendants, also after they get another parent (asm/dsl/lowering/tracking.hpp)
  mount_ns,  ///< the processes in a mount namespace; a process that may create another one can leave the scope
  pid_ns,    ///< the processes in a pid namespace or one created inside it
};

/// The kind's name as above, which texts and files use, a string literal; and the kind of that name, nothing if there is none.
std::string_view name_of(scope_kind kind);
std::optional<scope_kind> find_scope_kind(std::string_view name);

/// A scope: its kind, and the cgroup, uid, process or namespace. A value; nothing is looked up before load, where what does not
/// exist is an error: cgroup_invalid, unknown_process, namespace_invalid.
struct scope {
  scope_kind kind = scope_kind::system;
  std::uint32_t number = 0;  ///< of uid, pid and tree
  std::string path = {};     ///< of cgroup, mount_ns and pid_ns

  static scope system() { return {}; }
  /// `path` is a directory of a cgroup v2 file system.
  static scope cgroup(std::string path) { return {scope_kind::cgroup, 0, std::move(path)}; }
  /// `number` is a real uid in the initial user namespace.
  static scope uid(std::uint32_t number) { return {scope_kind::uid, number, {}}; }
  /// `number` is a process (tgid) in the initial pid namespace.
  static scope pid(std::uint32_t number) { return {scope_kind::pid, number, {}}; }
  /// `number` is the process at its root. A tree has at most 32768 threads: a fork beyond that is denied.
  static scope tree(std::uint32_t number) { return {scope_kind::tree, number, {}}; }
  /// `named` is the number of a process in the namespace, or a file such as /proc/1/ns/mnt and, for pid_ns(), /proc/1/ns/pid.
  static scope mount_ns(std::string named) { return {scope_kind::mount_ns, 0, std::move(named)}; }
  static scope pid_ns(std::string named) { return {scope_kind::pid_ns, 0, std::move(named)}; }

  // Which of the two members the kind uses.
  bool has_number() const { return kind == scope_kind::uid || kind == scope_kind::pid || kind == scope_kind::tree; }
  bool has_path() const { return kind != scope_kind::system && !has_number(); }

  bool operator==(const scope&) const = default;
};

}  // namespace lsmith
#pragma GCC visibility pop
