// Enforces a policy and pins it under a name, so that it stays enforced after the process ends. This is `lsmith run --pin` and
// `lsmith reload` as a library.
#pragma once

#include <cstdint>

#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/enforce/enforce_policy.hpp>
#include <lsmith/programs/enforce/request.hpp>
#include <lsmith/programs/policy/description.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// The description to pin with the policy that was built from this request; its time is the current one.
description describe_request(const policy_request& request, const made_policy& made);

/// What to do if the name belongs to another policy.
enum class when_taken : std::uint8_t { refuse, replace };

/// What pin_policy() did.
struct pinned_as {
  enum class change : std::uint8_t {
    none,       ///< the same policy is enforced under this name already
    rules,      ///< only the rules in its maps were replaced
    everything, ///< the policy was loaded and attached, and replaced another one if there was one
  };
  change what = change::everything;
  unsigned leftovers_removed = 0;        ///< versions left by interrupted commands; only counted when nothing changed
  std::vector<uncovered_part> not_covered = {};  ///< what this kernel has no hooks for
};

/// Enforces the policy for the running kernel and pins it as `request.pin`, which must be given. If the same policy is already
/// enforced under that name, nothing changes. Another policy is replaced without a gap: the new one is attached before the old
/// one is removed; if attaching fails, the old one stays. A policy that denies pinning itself (ready_made::restricts_pinning) begins
/// to deny as the last step. Waits for the lock of the pin directory.
/// Errors: pin_taken, with when_taken::refuse; those of loader::read_types(), make_policy(), loader::set_scope(),
/// enforce_policy(), exchange_rules(), pins::lock(), pins::find(), pins::check_replaceable(),
/// pins::put(), pins::remove_leftovers() and arm().
loader::load_result<pinned_as> pin_policy(const policy_request& request, when_taken otherwise = when_taken::refuse);

}  // namespace lsmith::programs
#pragma GCC visibility pop
