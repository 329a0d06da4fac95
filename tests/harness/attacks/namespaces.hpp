// What an attack needs around it: a mount namespace of its own, a user namespace, and modules of the kernel.
#pragma once

#include <string>

namespace lsmith::tests {

/// Gives the calling process a mount namespace of its own, from which no mount reaches others. Returns whether it could.
bool enter_mount_namespace();

/// Makes the calling process, which is root, a process of another user, and then root of a new user namespace with a mount
/// namespace of its own, as every user may. Returns whether it could.
bool become_user_with_namespaces();

/// The uid that become_user_with_namespaces() takes.
inline constexpr unsigned attacker_uid = 4711;

/// Loads a module of the guest's kernel, with what it needs loaded before. Returns whether it is loaded.
bool load_module(const std::string& name);

/// A directory that every user may write, made empty; deleted with this object.
struct attack_directory {
  std::string path;
  explicit attack_directory(const std::string& where);
  ~attack_directory();
  std::string operator/(const std::string& name) const { return path + '/' + name; }
};

}  // namespace lsmith::tests
