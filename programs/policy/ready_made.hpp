// What a ready-made policy says of itself: its name, its options, and how it is written.
#pragma once

#include <span>
#include <string_view>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// What the value of an option is, as far as it matters before the policy reads it: relative paths mean something only to
/// whoever wrote them.
enum class option_kind : std::uint8_t {
  text,
  path,
  paths,  ///< separated by commas
};

enum class option_need : std::uint8_t { optional, required };

/// An option of one policy.
struct option_description {
  std::string_view name;   ///< without dashes
  std::string_view value;  ///< what stands for its value in help texts; empty for a switch
  std::string_view help;
  option_kind kind = option_kind::text;
  option_need need = option_need::optional;
};

/// One ready-made policy.
struct ready_made {
  std::string_view name;
  std::string_view summary;
  std::string_view example;
  std::string_view hooks;   ///< all it may use, separated by spaces
  std::string_view lowest;  ///< the first Linux on which it holds all it says
  std::string_view not_taken_back;  ///< what was done before it is in force, and stays done
  std::span<const option_description> options;
  void (*write)(policy& to, const option_values& values);
};

}  // namespace lsmith::programs
