// What doctor checks on a machine. Each check tries the thing itself instead of reading the kernel's version. The last ones
// load a program, attach it, and let it decide one call that no other process makes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::cli {

/// The result of a check. `limited`: policies can be enforced, but one option or feature does not work.
enum class check_result { yes, no, limited };

/// One check and its result.
struct finding {
  std::string_view check;  ///< the name of the check, a literal
  check_result is;
  std::string found;          ///< what was found, and what to change if that is a problem
};

/// Runs all checks, each after those that it depends on, then checks whether each of these hooks takes one more program. A
/// hook is named as in `lsmith hooks`. What fails is a finding, never an error.
std::vector<finding> examine_kernel(std::span<const std::string> hooks);

}  // namespace lsmith::cli
