// The policy or profile that a verb works on, and the help about it.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/enforce/written.hpp>
#include <lsmith/programs/profiles/profile.hpp>

namespace lsmith::cli {

/// One of three: a ready-made policy, whose own options follow on the command line; a profile, whose file has them; a policy that
/// somebody has written.
struct subject {
  const programs::ready_made* policy = nullptr;  ///< of the catalogue, which is static
  std::optional<programs::profile> profile = {};
  std::shared_ptr<const programs::written_policy> written = {};

  std::string name() const;
};

/// Whether the first word names something, and is no option.
bool names_policy(const words& given);

/// The policy or profile that the first word names. Throws usage_error if there is none, std::vector<profile_fault> for a
/// profile that cannot be read, and what read_written() throws for a file.
subject named_subject(std::string_view verb, const words& given);

/// Prints the help of a verb: about `what`, or the general one if it is null. `all` are the options to list.
void print_help(std::string_view verb, const subject* what, const boost::program_options::options_description& all,
                std::ostream& out);

}  // namespace lsmith::cli
