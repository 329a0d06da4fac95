// Enforcing a policy under a name, so that it outlives the process: `lsmith run --pin` and `reload`, for programs too.
#pragma once

#include <cstdint>

#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/enforce/enforce_policy.hpp>
#include <lsmith/programs/enforce/request.hpp>
#include <lsmith/programs/policy/description.hpp>

namespace lsmith::programs {

/// The description that is pinned with a policy that is asked for now.
description describe_request(const policy_request& asked, const made_policy& made);

/// What to do where the name belongs to another policy.
enum class when_taken : std::uint8_t { refuse, replace };

/// What pinning a policy did.
struct pinned_as {
  enum class change : std::uint8_t {
    none,       ///< the same policy is enforced under this name already
    rules,      ///< only the rules in its maps were exchanged
    everything, ///< the policy was loaded and attached, and replaced another one if there was one
  };
  change what = change::everything;
  unsigned leftovers_removed = 0;        ///< of interrupted commands
  std::vector<open_part> not_held = {};  ///< what this kernel has no hooks for
};

/// Enforces the policy and pins it as `asked.pin`, which must be given. If the same policy is enforced under that name
/// already, nothing changes. Another one is replaced without a gap or not at all: the new one is attached before the old one
/// goes, and if it cannot be, the old one stays as it was. Waits for the lock of the pin directory.
/// Errors: pin_taken, those of pins::lock() and pins::put(), of make_policy(), enforce_policy() and exchange_rules().
loader::load_result<pinned_as> pin_policy(const policy_request& asked, when_taken otherwise = when_taken::refuse);

}  // namespace lsmith::programs
