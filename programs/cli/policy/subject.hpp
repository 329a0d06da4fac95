// The policy or profile that a verb works on, and the help about it.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/profiles/profile.hpp>

namespace lsmith::cli {

/// A policy, whose own options follow on the command line, or a profile, whose file has them.
struct subject {
  const programs::ready_made* policy = nullptr;  ///< of the catalogue, which is static; null for a profile
  std::optional<programs::profile> profile = {};

  std::string name() const { return policy != nullptr ? std::string(policy->name) : profile->name; }
};

/// The policy or profile that the first word names. Throws usage_error if there is none, and std::vector<profile_fault> for a
/// profile that cannot be read.
subject named_subject(std::string_view verb, const words& given);

/// Prints the help of a verb: about `what`, or the general one if it is null. `all` are the options to list.
void print_help(std::string_view verb, const subject* what, const boost::program_options::options_description& all,
                std::ostream& out);

}  // namespace lsmith::cli
