// What a dry run has shown, as options or rules that would have allowed it. A person reads them before they are used: an attack
// during the dry run is learned too.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <lsmith/programs/policy/description.hpp>
#include <lsmith/programs/policy/ready_made.hpp>
#include <lsmith/programs/report/decisions.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// What would have allowed the decisions of a policy.
struct learned {
  std::vector<std::string> options = {};  ///< "--keep=CAP_CHOWN,CAP_SETUID": with what was given before, sorted
  std::vector<std::string> rules = {};    ///< lines to add to a file of rules, sorted: "192.0.2.1 443"
  std::vector<decision> others = {};      ///< decisions that no option allows; an exemption could
};

/// `what` describes the policy that made the decisions, and `known` are the policies that it can consist of (catalogue()).
learned learn(const decision_report& from, const description& what, std::span<const ready_made* const> known);

}  // namespace lsmith::programs
#pragma GCC visibility pop
