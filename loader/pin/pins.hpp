// The kernel drops a policy with the last descriptor of its links, unless they are pinned: named in a bpffs, a file system
// whose files are links, maps and programs. Then the policy stays in force until its pins go, or the machine restarts.
//
//   /sys/fs/bpf/lsmith/          one directory for all; whoever changes something holds its lock (flock)
//     web -> web+2               the name is a symbolic link to the version that counts
//     web+2/
//       description              an array map with one value: text about the policy, frozen
//       map_events, map_lost     the maps of the object
//       link_socket_family       the links of its programs; whoever unlinks these ends the policy
//
// A version is made complete first and then named by one rename, which also replaces an older one. So a process that is
// killed on the way leaves the name as it was or as it should be, never something between, and at most a version that
// nobody names: a leftover, which is listed and goes away with the next change of that name.
//
// bpffs keeps names with a dot to itself, so a dot in the name of a map or program is written as '-', which they cannot have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/pin/pin_directory.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

/// A link that is pinned, and the program it holds.
struct pinned_link {
  std::string program = {};  ///< the program's name in the object
  fd descriptor = {};
  abi::link_info link = {};
};

/// A pinned version of a policy, taken up again. Holding it keeps its links alive.
struct pinned_policy {
  std::string name = {};
  std::string directory = {};   ///< of this version
  std::string text = {};     ///< what was said about it; empty when that is missing
  std::vector<live_map> maps = {};
  std::vector<pinned_link> links = {};

  /// The map of that name; null when there is none.
  const live_map* find_map(std::string_view name) const;
};

/// The place where policies are pinned.
class pins {
 public:
  static constexpr std::string_view usual_root = pin_layout::root;

  /// For looking. A place that is not there yet holds nothing.
  explicit pins(std::string_view root = usual_root) : root_(root) {}

  /// For changing: makes the place where it is missing, and waits for the lock, which is held while this lives. Errors:
  /// bpffs_missing, pins_unsafe, pin_failed.
  static result<pins> lock(std::string_view root = usual_root);

  /// The names in force, and the versions that nobody names, sorted. Error: pin_failed.
  result<std::vector<std::string>> names() const;
  result<std::vector<std::string>> leftovers() const;

  /// The version that a name stands for; `name` may be a leftover's. Errors: pin_absent, pin_damaged, pin_failed (EACCES and
  /// EPERM: this process may not look).
  result<pinned_policy> find(std::string_view name) const;

  /// Pins everything of a policy in force under a name, with a text about it; an older version goes once the new one is
  /// named, and so do leftovers of the name. Needs the lock. Errors: pin_name_invalid, pin_failed; then nothing of the new
  /// version is left.
  result<void> put(std::string_view name, const enforcement& policy, std::string_view text);

  /// Removes the versions of a name that it does not stand for. Needs the lock. Returns how many there were. Error:
  /// pin_failed.
  result<unsigned> remove_leftovers(std::string_view name);

  /// Takes a name and all its versions away, the links first; or one leftover. False when there was nothing. Needs the
  /// lock. Error: pin_failed.
  result<bool> remove(std::string_view name);

 private:
  result<std::vector<std::string>> entries() const;
  std::string current(std::string_view name) const;
  std::string root_;
  fd lock_;
};

/// Whether a policy may be pinned by this name.
bool is_pin_name(std::string_view name);

}  // namespace lsmith::loader
