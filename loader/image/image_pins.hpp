// Pins an enforced image, so that the policy stays enforced without its process. The pins have the layout of pins.hpp, so
// `lsmith` lists and detaches the policy like any other. A policy that is already pinned under the name is left as it is: an
// executable that is started twice changes nothing.
//
// Part of the core: no heap.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/image/image.hpp>

namespace lsmith::loader {

/// The directory of pinned policies. It is locked while this lives.
class image_pins {
 public:
  /// Creates the directory if it is missing, and waits for the lock. Errors: bpffs_missing, pins_unsafe, pin_failed.
  static result<image_pins> lock();

  /// What is pinned under the policy's name.
  enum class occupant : std::uint8_t {
    none,   ///< nothing
    same,   ///< this policy, with all its links
    idle,   ///< this policy, but a link is missing; or a version without a description
    other,  ///< another policy, or one that another version of lsmith has described
  };
  /// Finds out what is pinned under the policy's name. Error: pin_failed.
  result<occupant> look_at(policy_image& policy) const;

  /// Removes the versions under the name that killed processes have left. If `there` is idle, removes all versions. Error:
  /// pin_failed.
  result<void> remove_leftovers(const policy_image& policy, occupant there) const;

  /// Pins everything of an enforced policy. If the process is killed meanwhile, it leaves a version without a name, which
  /// `lsmith list` shows and the next change of the name removes. Errors: pin_failed, call_failed; then nothing is left.
  result<void> put(policy_image& policy, const image_enforcement& enforced) const;

 private:
  fd directory_;
};

}  // namespace lsmith::loader
