// A packed policy that stays in force without its process: pinned as pins.hpp lays it out, so that the command finds it later and
// treats it like any other. What stands there already is left as it is: a program that is started twice changes nothing.
//
// Core: no heap.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/image/image.hpp>

namespace lsmith::loader {

/// The directory of pinned policies, held by its lock as long as this lives.
class image_pins {
 public:
  /// Makes the directory where it is missing, and waits for the lock. Errors: bpffs_missing, pins_unsafe, pin_failed.
  static result<image_pins> lock();

  /// What the name stands for.
  enum class occupant : std::uint8_t {
    none,
    same,   ///< this policy, pinned before, with all its links
    idle,   ///< this policy, and some of its links are gone; or nothing whole
    other,  ///< another one, or one that another lsmith has described
  };
  result<occupant> look_at(policy_image& policy) const;

  /// Removes what killed processes left over under the name, and where the policy is idle all of it. Error: pin_failed.
  result<void> remove_leftovers(const policy_image& policy, occupant there) const;

  /// Pins everything of a policy in force. A process that dies on the way leaves a version that nobody names, which the command
  /// lists and clears away. Error: pin_failed; then nothing is left.
  result<void> put(policy_image& policy, const image_enforcement& in_force) const;

 private:
  fd directory_;
};

}  // namespace lsmith::loader
