// Turns our tables of options (programs/options/common_options.hpp) into those of Boost.Program_options.
#pragma once

#include <span>

#include <boost/program_options.hpp>

#include <lsmith/programs/policy/ready_made.hpp>

namespace lsmith::cli {

using programs::option_description;

/// Adds these options; one without a value is a switch.
void add_options(std::span<const option_description> all, boost::program_options::options_description& to);

/// Adds the options that every policy takes, in groups with headings.
void add_common_options(boost::program_options::options_description& to);

/// The options of one policy.
boost::program_options::options_description own_options(const programs::ready_made& policy);

}  // namespace lsmith::cli
