// What the verbs share that take the name of a pinned policy.
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

/// A verb that takes the name of a pinned policy, as its help shows it.
struct name_verb {
  std::string_view name;
  std::string_view explanation;
  std::span<const option_description> options = {};
};

/// What such a verb was given.
struct name_request {
  std::string name;  ///< of the policy
  boost::program_options::variables_map values;
};

/// Reads "NAME [OPTIONS]". Nothing when --help was given and has been answered. Throws usage_error, or what Boost throws.
std::optional<name_request> read_name(const name_verb& verb, const words& given, const console& to);

/// Looks a policy up by name. On failure the sentence has been printed, and the error is the exit status that `status` has then.
std::expected<loader::pinned_policy, int> find_pinned(const std::string& name, const console& to);

/// The exit status of `lsmith status`: 0 enforced, 3 not enforced, 4 cannot tell.
int exit_status(programs::policy_status is);

}  // namespace lsmith::cli
