// The attempts that test one policy, as rows of a table: each call that it must deny, and similar calls that it must allow.
#pragma once

#include <functional>
#include <vector>

#include <lsmith/tests/harness/policy/policies.hpp>

namespace lsmith::tests {

/// Something that a process tries. `body` is run in a bound process and in one that is not bound; it returns 0 or an errno.
struct attempt {
  const char* what;
  std::function<int()> body;
  const char* rule;  ///< the rule that denies it to the bound process; null if the policy must allow it
};

/// Runs each attempt. One with a rule must fail with EPERM or EACCES in the bound process alone, by that rule and no other. One
/// without a rule must have the same result in both processes, and no rule may decide it.
void check_attempts(const bound_group& bound, const std::vector<attempt>& all);

}  // namespace lsmith::tests
