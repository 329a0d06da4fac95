// The kernel detaches a policy when the last descriptor of its links is closed, unless the links are pinned in a bpffs, a file
// system whose files are links, maps and programs. A pinned policy stays enforced until its pins are removed or the machine
// restarts.
//
//   /sys/fs/bpf/lsmith/          one directory for all policies; a process that changes it locks it (flock)
//     web -> web+2               the name is a symbolic link to the current version
//     web+2/
//       description              an array map with one value: text about the policy, frozen
//       map_events, map_lost     the maps of the object
//       link_socket_family       the links of its programs; unlinking these ends the policy
//
// A version is first completed, and then named by one rename, which also replaces an older version. So if the process is
// killed, the name means the old version or the new one. At most a version without a name is left: a leftover. It is listed,
// and removed with the next change of that name.
//
// bpffs reserves names that contain a dot. So a dot in the name of a map or program is written as '-', which these names cannot
// contain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// A pinned link, opened.
struct pinned_link {
  std::string program = {};  ///< the program's name in the object
  fd descriptor = {};
  abi::link_info link = {};
};

/// A pinned version of a policy, opened. Owns the descriptors; while they are open, the policy stays attached even if its pins
/// are removed.
struct pinned_policy {
  std::string name = {};
  std::string directory = {};   ///< of this version
  std::string text = {};     ///< the text of its description; empty if the description is missing
  std::vector<live_map> maps = {};
  std::vector<pinned_link> links = {};

  /// The map of that name; null if there is none.
  const live_map* find_map(std::string_view name) const;
};

/// The directory in which policies are pinned.
class pins {
 public:
  static constexpr std::string_view usual_root = "/sys/fs/bpf/lsmith";

  /// To read it, without a lock. A directory that does not exist is empty.
  explicit pins(std::string_view root = usual_root) : root_(root) {}

  /// To change it: creates the directory if it is missing, and waits for the lock, which is held while this lives. Errors:
  /// bpffs_missing, pins_unsafe, pin_failed.
  static result<pins> lock(std::string_view root = usual_root);

  /// The names of the pinned policies, sorted. Errors: pins_unsafe, pin_failed.
  result<std::vector<std::string>> names() const;
  /// The versions that no name means, sorted. Errors: pins_unsafe, pin_failed.
  result<std::vector<std::string>> leftovers() const;

  /// Opens the version that a name means. `name` can also be that of a leftover. Errors: pin_name_invalid; pin_absent; pin_damaged;
  /// pins_unsafe; pin_failed, with EACCES or EPERM if this process has no permission.
  result<pinned_policy> find(std::string_view name) const;

  /// Whether the version that the name means may be replaced or removed. A policy such as lock-pins may deny it. Errors:
  /// pins_locked, pin_failed.
  result<void> check_replaceable(std::string_view name) const;

  /// Pins everything of an enforced policy under a name, with a text about it. The verbs of the command understand the text of
  /// programs::to_text() (programs/policy/description.hpp); for any other, `status` judges by the links alone. Once the new version has the name, removes the
  /// older ones and the leftovers of that name. Needs the lock. Errors: pin_name_invalid, pins_locked, pin_failed, call_failed;
  /// then the new version is not pinned, unless only removing the older ones failed.
  result<void> put(std::string_view name, const enforcement& policy, std::string_view text);

  /// Removes the versions that the name does not mean. Needs the lock. Returns how many there were. Errors: pin_name_invalid,
  /// pins_locked, pin_failed.
  result<unsigned> remove_leftovers(std::string_view name);

  /// Removes a name and all its versions, the links first; or one leftover. Needs the lock. False if there was nothing to
  /// remove. Errors: pin_name_invalid, pins_locked, pin_failed.
  result<bool> remove(std::string_view name);

 private:
  result<std::vector<std::string>> entries() const;
  std::string current(std::string_view name) const;
  std::string root_;
  fd lock_;
};

/// Whether a policy can be pinned under this name: A-Z, a-z, 0-9, '_' and '-', at most 63 characters, the first of them a
/// letter or digit.
bool is_pin_name(std::string_view name);
/// Whether pins::find() and pins::remove() take this: a pin name, or the name of a leftover, such as "web+2".
bool is_pin_entry(std::string_view entry);

}  // namespace lsmith::loader
#pragma GCC visibility pop
