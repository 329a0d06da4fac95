// POLICY and its options, for every verb that works on a policy: which processes it binds, how it reports, whether it only
// watches, and the policy's own options. A profile may be given in place of a policy.
#pragma once

#include <optional>
#include <string>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/enforce/request.hpp>

namespace lsmith::cli {

using programs::policy_request;

/// Parses "POLICY [OPTIONS]" or "PROFILE [OPTIONS]". `more` has the verb's own options. `given` is set to all options that
/// were given, those of a profile included. Returns nothing if --help was given; then the help has been printed.
/// Throws usage_error, refused_request, std::vector<programs::profile_fault> or a boost::program_options::error.
std::optional<policy_request> read_policy_request(std::string_view verb, const words& words_given,
                                                  const boost::program_options::options_description& more,
                                                  boost::program_options::variables_map& given, const console& to);

/// The options of a policy, changed by newer ones: a newer option replaces the old one of that name, a scope replaces any
/// scope, and --enforce removes --dry-run.
words change_words(const std::vector<std::string>& options, const words& newer);

/// The limits of --via modify-return, as lines to print when it is used; empty for attach_kind::lsm_mac.
std::string_view limits_of(attach_kind via);

/// Parses a duration to milliseconds: "500ms", "10s", "5m", "2h", "1d", or a number of seconds, at most ten years. Throws
/// usage_error.
std::uint64_t parse_duration(const std::string& text);

}  // namespace lsmith::cli
