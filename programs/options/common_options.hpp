// The options that every policy takes, on the command line and in profiles, and how paths in option values are made absolute.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/programs/policy/ready_made.hpp>

namespace lsmith::programs {

/// A group of options, with its heading in help texts.
struct option_group {
  std::string_view heading;
  std::span<const option_description> options;
};

/// The options that every policy takes; and the same options in groups. Both have static storage.
std::span<const option_description> common_options();
std::span<const option_group> common_option_groups();

/// Whether the option may be given several times.
bool may_repeat(const option_description& option);

/// The option with that name (without dashes); null when there is none.
const option_description* find_option(std::span<const option_description> among, std::string_view name);

/// The absolute path of a file, symbolic links resolved, as realpath(3) has it; `path` itself when that fails.
std::string absolute_path(const std::string& path);

/// The value of an option, with each path in it replaced by `change(path)`. Plain numbers and a device's MAJOR:MINOR stay.
std::string change_paths(const option_description& option, const std::string& value,
                         const std::function<std::string(const std::string&)>& change);

}  // namespace lsmith::programs
