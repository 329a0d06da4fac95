// The ready-made policies by name, with their options as text: what the command lists, shows and runs. Programs that use
// the library call the functions in policies/ instead, with typed arguments.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/object.hpp>
#include <lsmith/programs/event.hpp>
#include <lsmith/programs/parts.hpp>

namespace lsmith::programs {

/// An option of one policy.
struct option_description {
  std::string_view name;   ///< without dashes
  std::string_view value;  ///< what stands for its value in help texts
  std::string_view help;
};

/// The values given for a policy's own options, by name.
using option_values = std::map<std::string, std::string, std::less<>>;

/// One ready-made policy.
struct ready_made {
  std::string_view name;
  std::string_view summary;
  std::string_view example;
  std::vector<option_description> options;
  const event_description& (*events)();
  checked<object> (*make)(const option_values& values, const common_choices& choices);
};

/// All of them, sorted by name.
std::span<const ready_made> catalogue();

/// The policy of that name. Error: unknown_policy.
result<const ready_made*> find_policy(std::string_view name);

/// Names close to a misspelt one, the closest first.
std::vector<std::string> similar_policies(std::string_view name);

}  // namespace lsmith::programs
