// What run --pin and reload do with a request, and what they say about it.
#pragma once

#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/pinned/pin_policy.hpp>

namespace lsmith::cli {

/// Pins the policy (programs/pinned/pin_policy.hpp) and says what was done. Returns the exit status.
int pin_and_say(const policy_request& asked, programs::when_taken otherwise, const console& to);

/// Says which parts of the policy this kernel has no hooks for.
void say_not_held(const std::vector<programs::open_part>& parts, const console& to);

/// "binds the processes of uid 33", in a dry run "watches …".
std::string binding(const policy_request& asked);

}  // namespace lsmith::cli
