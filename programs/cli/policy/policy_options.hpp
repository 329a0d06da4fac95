// Options as tables: those that every policy takes, and how any of them are handed to Boost.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <boost/program_options.hpp>

#include <lsmith/programs/policy/ready_made.hpp>

namespace lsmith::cli {

using lsmith::programs::option_description;

/// The options that every policy takes.
std::span<const option_description> common_options();

/// The option of that name; null when there is none.
const option_description* find_option(std::span<const option_description> among, std::string_view name);

/// Adds options as the command line takes them: a switch stands alone.
void add_options(std::span<const option_description> all, boost::program_options::options_description& to);

/// Adds those that every policy takes, in the parts in which people read them.
void add_common_options(boost::program_options::options_description& to);

/// Those of one policy.
boost::program_options::options_description own_options(const lsmith::programs::ready_made& policy);

/// The whole path of a file, a relative one as seen from where this process stands; what was given where there is no such file.
std::string absolute_path(const std::string& path);

/// The value of an option with each of its paths as `whole` makes it. Numbers, and a device's MAJOR:MINOR, stay as they are.
std::string with_whole_paths(const option_description& option, const std::string& value,
                             const std::function<std::string(const std::string&)>& whole);

}  // namespace lsmith::cli
