#include <lsmith/programs/report/learn.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <lsmith/programs/options/option_values.hpp>

namespace lsmith::programs {
namespace {

const learned_option* option_for(const decision& one, std::span<const ready_made* const> known) {
  const auto policy = std::ranges::find(known, one.policy, &ready_made::name);
  if (policy == known.end()) return nullptr;
  const auto found = std::ranges::find((*policy)->learns, one.rule, &learned_option::rule);
  return found == (*policy)->learns.end() ? nullptr : &*found;
}

std::string list_of(const std::set<std::string>& values) {
  std::string text;
  for (const std::string& one : values) text += (text.empty() ? "" : ",") + one;
  return text;
}

std::set<std::string> given_before(const description& what, const std::string& option) {
  const auto before = what.option(option);
  if (!before) return {};
  const auto parts = split_at_commas(*before);
  return {parts.begin(), parts.end()};
}

}  // namespace

learned learn(const decision_report& from, const description& what, std::span<const ready_made* const> known) {
  learned made;
  std::map<std::string, std::set<std::string>> lists;
  std::set<std::string> rules;
  for (const decision& one : from.decisions) {
    const learned_option* by = option_for(one, known);
    if (by == nullptr) {
      made.others.push_back(one);
    } else if (by->how == learned_option::change::rule) {
      const bool every_port = one.value == "0";  // a packet without a port, or a port that the kernel chooses
      rules.insert(every_port ? one.address : one.address + ' ' + one.value);
    } else {
      const std::string option = "--" + std::string(by->option);
      auto& list = lists.try_emplace(option, given_before(what, option)).first->second;
      list.insert(one.value);
    }
  }
  for (const auto& [option, values] : lists) made.options.push_back(option + '=' + list_of(values));
  made.rules.assign(rules.begin(), rules.end());
  return made;
}

}  // namespace lsmith::programs
