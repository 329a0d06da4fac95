// The tables of options (programs/options/common_options.hpp), handed to Boost.
#pragma once

#include <span>

#include <boost/program_options.hpp>

#include <lsmith/programs/policy/ready_made.hpp>

namespace lsmith::cli {

using programs::option_description;

/// Adds options as the command line takes them: a switch has no value.
void add_options(std::span<const option_description> all, boost::program_options::options_description& to);

/// Adds those that every policy takes, in groups with headings.
void add_common_options(boost::program_options::options_description& to);

/// Those of one policy.
boost::program_options::options_description own_options(const programs::ready_made& policy);

}  // namespace lsmith::cli
