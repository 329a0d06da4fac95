// The options that every policy takes, on the command line as in a profile, and what is done with paths in their values.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/programs/policy/ready_made.hpp>

namespace lsmith::programs {

/// Options that belong together, under the heading that help texts show.
struct option_group {
  std::string_view heading;
  std::span<const option_description> options;
};

/// All options that every policy takes, and the same in groups.
std::span<const option_description> common_options();
std::span<const option_group> common_option_groups();

/// Whether the option may be given several times.
bool may_repeat(const option_description& option);

/// The option of that name; null when there is none.
const option_description* find_option(std::span<const option_description> among, std::string_view name);

/// The absolute path of a file, seen from the working directory; `path` itself when there is no such file.
std::string absolute_path(const std::string& path);

/// The value of an option, each path in it changed by `change`. Numbers, and a device's MAJOR:MINOR, stay as they are.
std::string change_paths(const option_description& option, const std::string& value,
                         const std::function<std::string(const std::string&)>& change);

}  // namespace lsmith::programs
