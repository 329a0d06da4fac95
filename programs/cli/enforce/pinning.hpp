// Putting a policy in force under a name, for run --pin and reload, and what build writes into a program that does it.
#pragma once

#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/policy/description.hpp>

namespace lsmith::cli {

/// What is pinned beside a policy that was asked for now.
lsmith::programs::description describe_request(const policy_request& asked, const lsmith::programs::made_policy& made);

/// What to do where the name belongs to another policy.
enum class when_taken { refuse, replace };

/// Puts the policy in force under `asked.pin` and says so. A policy of that name that is the same and in force is left as
/// it is. Another one is replaced without a gap or not at all: the new one is in force before the old one goes, and one
/// that cannot be put in force leaves the old one as it was. Returns the exit status.
int pin_policy(const policy_request& asked, when_taken otherwise, const console& to);

}  // namespace lsmith::cli
