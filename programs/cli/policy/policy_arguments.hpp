// POLICY and its options, as every verb takes them that works on a policy: whom it binds, how it reports, whether it only
// watches, and what the policy itself wants to know. A profile stands where a policy may stand.
#pragma once

#include <optional>
#include <string>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/enforce/request.hpp>

namespace lsmith::cli {

using programs::policy_request;

/// Reads "POLICY [OPTIONS]". `more` holds the verb's own options; what was given for them is left in `given`. Returns
/// nothing when --help was asked for and has been answered. Throws usage_error, or what Boost throws.
std::optional<policy_request> read_policy_request(std::string_view verb, const words& words_given,
                                                  const boost::program_options::options_description& more,
                                                  boost::program_options::variables_map& given, const console& to);

/// The words with which a policy was asked for, changed by newer ones: an option that is given anew replaces the old one,
/// a scope replaces any scope, --enforce takes --dry-run away.
words change_words(const std::vector<std::string>& options, const words& newer);

/// What --via modify-return cannot do, as a line to be said when it is used; empty for programs of BPF LSM.
std::string_view limits_of(attach_kind via);

/// "10s", "500ms", "5m", "2h" or a plain number of seconds, in milliseconds. Throws usage_error.
std::uint64_t parse_duration(const std::string& text);

}  // namespace lsmith::cli
