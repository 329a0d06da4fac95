#include <lsmith/tests/harness/policy/policies.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdlib>

#include <lsmith/loader/kernel_btf/kernel_types.hpp>

namespace lsmith::tests {
namespace {

programs::common_choices for_cgroup(programs::common_choices choices, const std::string& path) {
  choices.scope = scope::cgroup(path);
  return choices;
}

}  // namespace

const btf::types& kernel_types() {
  static const btf::types types = [] {
    auto read = loader::read_types();
    if (!read) std::abort();
    return *read;
  }();
  return types;
}

programs::made_policy made(std::string_view name, const programs::option_values& values,
                           const programs::common_choices& choices) {
  const auto policy = programs::find_policy(name);
  REQUIRE(policy);
  const programs::chosen_policy chosen[] = {{*policy, values}};
  auto made = programs::make(chosen, choices, kernel_types());
  if (!made) MESSAGE(to_string(made.error()));
  REQUIRE(made);
  return std::move(*made);
}

loader::enforcement require_enforced(const programs::made_policy& policy, loader::load_options how) {
  how.contents = policy.contents;
  return require_enforced(policy.whole, how);
}

bound_group::bound_group(std::string_view name, const programs::option_values& values, programs::common_choices choices,
                         loader::load_options how)
    : group_("lsmith-policy") {
  auto policy = made(name, values, for_cgroup(std::move(choices), group_.path()));
  rules_ = std::move(policy.rules);
  policy_ = require_enforced(policy, std::move(how));
}

int bound_group::inside(const std::function<int()>& body) const {
  return in_child([&] { return group_.join() ? body() : 255; });
}

std::string bound_group::decided() const {
  std::string all;
  for (const programs::event& one : events_of<programs::event>(policy_)) {
    REQUIRE(one.rule < rules_.size());
    all += (all.empty() ? "" : " ") + rules_[one.rule].name;
  }
  return all;
}

int outcome_of(long result) { return result < 0 ? errno : 0; }

}  // namespace lsmith::tests
