// Shared by the verbs that take the name of a pinned policy, such as status and detach.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/program_options.hpp>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/cli/policy/policy_options.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/pinned/status.hpp>

namespace lsmith::cli {

/// A verb that takes the name of a pinned policy, as its help shows it. Views must outlive it: literals.
struct name_verb {
  std::string_view name;
  std::string_view explanation;  ///< one or two sentences
  std::span<const option_description> options = {};
  std::string_view all_with = {};  ///< the option with which no name means all pinned policies; empty: a name must be given
};

/// The parsed arguments of such a verb.
struct name_request {
  std::string name;  ///< of the policy; empty for all
  boost::program_options::variables_map values;
};

/// The name itself, if a policy can have it. Throws usage_error.
std::string valid_name(const std::string& name);

/// Parses "NAME [OPTIONS]". Returns nothing if --help was given; then the help has been printed. Throws usage_error, or a
/// boost::program_options::error.
std::optional<name_request> read_name(const name_verb& verb, const words& given, const console& to);

/// Opens a policy by name. On failure a sentence has been printed, and the error is the exit status for `lsmith status`: 3 if
/// the policy is absent or damaged, else 4. An absent one may also be one whose pins are out of reach: then 4.
std::expected<loader::pinned_policy, int> find_pinned(const std::string& name, const console& to);

/// The exit status of `lsmith status`: 0 enforced, 3 not enforced, 4 unknown.
int exit_status(programs::policy_status is);

}  // namespace lsmith::cli
