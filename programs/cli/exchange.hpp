// New rules for a pinned policy whose rules lie in a map within a map: they are put into a map of their own first, which then
// takes the old one's place in one step. No program is loaded or attached, so what it has seen and counted stays.
#pragma once

#include <expected>
#include <string>

#include <lsmith/loader/pins.hpp>
#include <lsmith/programs/description.hpp>
#include <lsmith/programs/policy.hpp>

namespace lsmith::cli {

/// Exchanges the rules of the policy that is pinned under this name, if nothing else of it would change, and writes the new
/// description beside it. False when it has to be replaced as a whole. What fails leaves the old rules in force; the error is
/// the sentence to print. Whoever is killed in between has the new rules in force under the old description, and reloads.
std::expected<bool, std::string> exchange_rules(loader::pins& place, const std::string& name,
                                                const lsmith::programs::made_policy& made,
                                                const lsmith::programs::description& wanted);

}  // namespace lsmith::cli
