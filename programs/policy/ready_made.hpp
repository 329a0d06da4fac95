// The declaration of a ready-made policy: its name, its help texts, its options, and the function that writes it.
#pragma once

#include <span>
#include <string_view>

#include <lsmith/programs/policy/policy.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// Whether the value of an option contains paths. Relative paths are made absolute before the policy reads them, because
/// they start at the caller's working directory, or at the directory of the profile that gives them.
enum class option_kind : std::uint8_t {
  text,
  path,
  paths,  ///< separated by commas
};

enum class option_need : std::uint8_t { optional, required };

/// An option of one policy.
struct option_description {
  std::string_view name;   ///< without dashes
  std::string_view value;  ///< placeholder of its value in help texts, as "PATH"; empty for a switch
  std::string_view help;   ///< one phrase, in lower case, without a full stop
  option_kind kind = option_kind::text;
  option_need need = option_need::optional;
};

/// How an option allows what a rule denied. `lsmith report --learn` proposes it.
struct learned_option {
  std::string_view rule;    ///< whose decisions it allows
  std::string_view option;  ///< that changes
  enum class change : std::uint8_t {
    value,  ///< the decision's value is added to the option's list
    rule,   ///< the decision's address and value, a port, are a line of the file that the option names
  } how;
};

/// One ready-made policy.
struct ready_made {
  std::string_view name;
  std::string_view summary;  ///< what it denies: one phrase, in lower case
  std::string_view example;  ///< a command line that enforces it
  std::string_view hooks;    ///< all hooks that it may use, separated by spaces
  std::string_view lowest;   ///< the first Linux that can enforce all of it, as "5.7"
  std::string_view not_undone;  ///< what was done before it is enforced, and remains
  std::span<const option_description> options;  ///< its own; common_options() has those of every policy
  void (*write)(policy& to, const option_values& values);  ///< adds its programs to `to`, and reports faults there
  /// Whether it denies what pinning needs: bpf(2), its capabilities, or changes of a bpffs. It is then pinned disarmed, and armed as
  /// the last step.
  bool restricts_pinning = false;
  std::span<const learned_option> learns = {};  ///< empty: only an exemption allows what it denied
};

}  // namespace lsmith::programs
#pragma GCC visibility pop
