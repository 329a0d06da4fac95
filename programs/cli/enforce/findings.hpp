// What doctor asks about a machine. Each question is answered by asking the kernel for the thing itself, not by its version;
// the last ones load a program, attach it, and let it decide one call that nobody else makes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::cli {

/// What is limited keeps nothing from being enforced, only from being asked for in one way.
enum class answer { yes, no, limited };

/// One question with its answer: what was found, and what to change where it stands in the way.
struct finding {
  std::string_view question;
  answer is;
  std::string found;
};

/// All questions, in the order in which one stands in the way of the next, and whether each of these hooks takes one more
/// program. Before 5.11 the caller has raised the limit on locked memory, as run does.
std::vector<finding> examine_kernel(std::span<const std::string> hooks);

}  // namespace lsmith::cli
