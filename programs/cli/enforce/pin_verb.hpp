// What run --pin and reload share: they pin a policy and say what was done.
#pragma once

#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/pinned/pin_policy.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {

/// Pins the policy as `request.pin`, which must be given (programs/pinned/pin_policy.hpp), and says what was done; with --json
/// also as an object. `otherwise`: what to do if the name belongs to another policy. Returns the exit status; an error has been
/// printed.
int pin_and_say(const policy_request& request, programs::when_taken otherwise, const console& to);

/// Writes, as members of `row`, what run and reload enforce: the policy, which processes it binds, and what is not covered.
void write_enforced(programs::json_object& row, const policy_request& request,
                    const std::vector<programs::uncovered_part>& parts);

/// Says which parts of the policy this kernel has no hooks for.
void say_not_covered(const std::vector<programs::uncovered_part>& parts, const console& to);

/// "binds the processes of uid 33", in a dry run "watches …". Control characters are made printable.
std::string binding(const policy_request& request);

}  // namespace lsmith::cli
