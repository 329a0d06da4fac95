// The ready-made policies by name: what the command lists, shows and runs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/policy/ready_made.hpp>

namespace lsmith::programs {

/// All of them, sorted by name.
std::span<const ready_made* const> catalogue();

/// The policy of that name. Error: unknown_policy.
result<const ready_made*> find_policy(std::string_view name);

/// A policy that was chosen, with the values of its options, and where, if a file says so.
struct chosen_policy {
  const ready_made* policy = nullptr;
  option_values values = {};
  location where = {};
};

/// One object of all that was chosen, for a kernel with these types; or everything that is wrong.
checked<made_policy> make(std::span<const chosen_policy> chosen, const common_choices& choices, const btf::types& kernel);

}  // namespace lsmith::programs
