// What a verb is to work on, and what its help says of it.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/profiles/profile.hpp>

namespace lsmith::cli {

/// A policy, whose options follow on the command line, or a profile, which has said them all.
struct subject {
  const programs::ready_made* policy = nullptr;
  std::optional<programs::profile> profile = {};

  std::string name() const { return policy != nullptr ? std::string(policy->name) : profile->name; }
};

/// What the first word names. Throws usage_error where it names nothing, and what find_profile() throws.
subject named_subject(std::string_view verb, const words& given);

/// Answers --help: about a subject, or about any where it is null.
void print_help(std::string_view verb, const subject* what, const boost::program_options::options_description& all, std::ostream& out);

}  // namespace lsmith::cli
