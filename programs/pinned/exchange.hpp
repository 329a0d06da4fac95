// New rules for a pinned policy whose rules lie in an inner map: they are written into a new inner map, which then replaces the
// old one in a single map update. No program is loaded or attached, so its counts and its events stay.
#pragma once

#include <string>

#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/policy/description.hpp>
#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// Exchanges the rules of the policy that is pinned under this name, if nothing else of it would change, and pins the new
/// description. False when the policy has to be replaced as a whole. On an error the old rules stay enforced or are put back,
/// and the last fault says which rules are enforced: rules_kept or rules_exchanged. If the process is killed in between, the new
/// rules are enforced under the old description; has_its_own_rules() finds that out. Needs the lock of `directory`.
loader::load_result<bool> exchange_rules(loader::pins& directory, const std::string& name, const made_policy& made,
                                     const description& wanted);

/// Whether the rules that its programs use are those that are pinned with it. Also true where the kernel does not say.
bool has_its_own_rules(const loader::pinned_policy& found);

}  // namespace lsmith::programs
