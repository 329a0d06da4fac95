#include <lsmith/programs/cli/policy/policy_options.hpp>

#include <string>
#include <vector>

#include <lsmith/programs/options/common_options.hpp>

namespace lsmith::cli {

namespace options = boost::program_options;

void add_options(std::span<const option_description> all, options::options_description& to) {
  for (const option_description& one : all) {
    const std::string name(one.name), value(one.value);
    const std::string help = std::string(one.help) + (one.need == programs::option_need::required ? " (required)" : "");
    if (one.value.empty()) to.add_options()(name.c_str(), help.c_str());
    else if (programs::may_repeat(one))
      to.add_options()(name.c_str(), options::value<std::vector<std::string>>()->value_name(value), help.c_str());
    else to.add_options()(name.c_str(), options::value<std::string>()->value_name(value), help.c_str());
  }
}

void add_common_options(options::options_description& to) {
  for (const auto& group : programs::common_option_groups()) {
    options::options_description part{std::string(group.heading)};
    add_options(group.options, part);
    to.add(part);
  }
}

options::options_description own_options(const programs::ready_made& policy) {
  const std::string name(policy.name);
  options::options_description own(policy.options.empty() ? name + " has no options of its own" : "Options of " + name);
  add_options(policy.options, own);
  return own;
}

}  // namespace lsmith::cli
