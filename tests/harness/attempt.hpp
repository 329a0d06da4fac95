// A policy's attack by each of its doors, and its neighbours, as rows of a table.
#pragma once

#include <functional>
#include <vector>

#include <lsmith/tests/harness/policies.hpp>

namespace lsmith::tests {

/// Something that a process tries. `body` is run by a bound process and by one that is not; it returns 0 or an errno.
struct attempt {
  const char* what;
  std::function<int()> body;
  const char* rule;  ///< the rule that refuses it to the bound one; null for a neighbour, whom nobody refuses anything
};

/// Tries each: what has a rule is refused with EPERM or EACCES by that rule and by no other, and only to the bound process;
/// what has none comes out the same for both.
void check_attempts(const bound_group& bound, const std::vector<attempt>& all);

}  // namespace lsmith::tests
