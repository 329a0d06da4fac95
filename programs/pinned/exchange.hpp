// Replaces the rules of a pinned policy whose rules are in an inner map of an array of maps: the new rules are written to a new
// inner map, which then replaces the old one in a single map update. No program is loaded or attached, so the policy's decision
// counts and events continue.
#pragma once

#include <string>

#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/policy/description.hpp>
#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// Replaces the rules of the policy that is pinned under this name, if only its rules change, and pins the new description.
/// Returns false if the policy must be replaced as a whole. On an error, the old rules stay enforced or are restored, if
/// possible; the last fault says which rules are enforced: rules_kept or rules_exchanged. If the process is killed in between,
/// the new rules are enforced under the old description; find_status() detects that. Needs the lock of `directory`.
loader::load_result<bool> exchange_rules(loader::pins& directory, const std::string& name, const made_policy& made,
                                         const description& requested);

}  // namespace lsmith::programs
