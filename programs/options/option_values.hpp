// Reads the values of a policy's options. Faults are reported to the policy (policy::add_fault), so that all are reported together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// Whether the option was given.
bool is_given(const option_values& values, std::string_view name);

/// The value of an option, or `otherwise` if it was not given.
given_value value_of(const option_values& values, std::string_view name, std::string_view otherwise = {});

/// The parts of "a,b,c"; empty parts are kept, so an empty list has one.
std::vector<std::string> split_at_commas(std::string_view list);

/// A number that has a name.
struct named_number {
  std::string_view name;
  std::uint64_t number;
};

/// The numbers in a list, sorted, each once. Its parts are names from `known`, or numbers up to `largest` (decimal, or
/// hexadecimal after 0x), which is below 2^63. Reports value_invalid for each other part; `option` ends that sentence.
std::vector<std::int64_t> numbers_of(policy& to, std::string_view option, const given_value& list,
                                     std::span<const named_number> known, std::uint64_t largest);

}  // namespace lsmith::programs
