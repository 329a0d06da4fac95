// Reading what was given for a policy's options. What is wrong is told to the policy, all of it at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// Whether a switch was given.
bool is_given(const option_values& values, std::string_view name);

/// What was given for an option, or what it is without being given.
given_value value_of(const option_values& values, std::string_view name, std::string_view otherwise = {});

/// "a,b,c" in its parts; an empty part stays one.
std::vector<std::string> split_at_commas(std::string_view list);

/// A number that has a name.
struct named_number {
  std::string_view name;
  std::uint64_t number;
};

/// A list of names out of a table, or plain numbers (decimal, or hexadecimal behind 0x), each up to `largest`, which is below
/// 2^63. Tells value_invalid for each that is neither.
std::vector<std::int64_t> numbers_of(policy& to, std::string_view option, const given_value& list,
                                     std::span<const named_number> known, std::uint64_t largest);

}  // namespace lsmith::programs
