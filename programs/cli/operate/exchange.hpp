// New rules for a pinned policy whose rules lie in a map within a map: they are put into a map of their own first, which then
// takes the old one's place in one step. No program is loaded or attached, so what it has seen and counted stays.
#pragma once

#include <expected>
#include <string>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/policy/description.hpp>
#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::cli {

/// Exchanges the rules of the policy that is pinned under this name, if nothing else of it would change, and writes the new
/// description beside it. False when it has to be replaced as a whole. What fails leaves the old rules in force, or puts them
/// back; the error is the sentence to print, and says so. Whoever is killed in between has the new rules in force under the old
/// description: has_its_own_rules() tells.
std::expected<bool, std::string> exchange_rules(loader::pins& place, const std::string& name,
                                                const lsmith::programs::made_policy& made,
                                                const lsmith::programs::description& wanted);

/// Whether the rules that its programs find are those that are pinned with it. Also true where the kernel does not tell.
bool has_its_own_rules(const loader::pinned_policy& found);

}  // namespace lsmith::cli
