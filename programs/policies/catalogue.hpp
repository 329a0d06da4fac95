// Finds ready-made policies by name, and builds one object of those that were chosen.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/policy/ready_made.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// All ready-made policies, sorted by name. Static storage.
std::span<const ready_made* const> catalogue();

/// The policy with that name; never null, static storage. Error: unknown_policy.
result<const ready_made*> find_policy(std::string_view name);

/// A chosen policy with the values of its options, and its location if a file chooses it.
struct chosen_policy {
  const ready_made* policy = nullptr;
  option_values values = {};
  location where = {};
};

/// Builds all chosen policies into one object, for a kernel with these types. Faults: value_missing for a required option and
/// all that the policies report about their options, together; else those of policy::finish().
checked<made_policy> make(std::span<const chosen_policy> chosen, const common_choices& choices, const btf::types& kernel);

}  // namespace lsmith::programs
#pragma GCC visibility pop
