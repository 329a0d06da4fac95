#include <lsmith/tests/harness/policies.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>

#include <lsmith/loader/event_reader.hpp>
#include <lsmith/loader/kernel_types.hpp>

namespace lsmith::tests {
namespace {

// Before 5.11 maps count against a limit, and this process stands for a command that has raised it.
void raise_memory_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

programs::common_choices for_cgroup(programs::common_choices choices) {
  choices.scope = programs::scope::cgroup;
  return choices;
}

loader::load_options with_cgroup(loader::load_options how, const std::string& path) {
  how.cgroup = path;
  return how;
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

programs::made_policy made(std::string_view name, const programs::option_values& values, const programs::common_choices& choices) {
  const auto policy = programs::find_policy(name);
  REQUIRE(policy);
  const programs::chosen_policy chosen[] = {{*policy, values}};
  auto made = programs::make(chosen, choices, kernel_types());
  if (!made) MESSAGE(to_string(made.error()));
  REQUIRE(made);
  return std::move(*made);
}

loader::enforcement enforced(const object& whole, const loader::load_options& how) {
  raise_memory_limit();
  auto policy = loader::enforce(whole, how);
  if (!policy) MESSAGE(to_string(policy.error()) << "\n" << policy.error().log);
  REQUIRE(policy);
  return std::move(*policy);
}

loader::enforcement enforced(const programs::made_policy& policy, loader::load_options how) {
  how.contents = policy.contents;
  return enforced(policy.whole, how);
}

std::vector<programs::event> events_of(const loader::enforcement& policy) {
  auto reader = loader::event_reader::open(*policy.find_map(programs::events_map));
  REQUIRE(reader);
  std::vector<programs::event> all;
  reader->drain([&](bytes record) { all.push_back(read_as<programs::event>(record.data())); });
  return all;
}

bound_group::bound_group(std::string_view name, const programs::option_values& values, programs::common_choices choices,
                         loader::load_options how)
    : group_("lsmith-policy") {
  auto policy = made(name, values, for_cgroup(std::move(choices)));
  rules_ = std::move(policy.rules);
  policy_ = enforced(policy, with_cgroup(std::move(how), group_.path()));
}

int bound_group::inside(const std::function<int()>& body) const {
  return in_child([&] { return group_.join() ? body() : 255; });
}

std::string bound_group::decided() const {
  std::string all;
  for (const programs::event& one : events_of(policy_)) {
    REQUIRE(one.rule < rules_.size());
    all += (all.empty() ? "" : " ") + rules_[one.rule].name;
  }
  return all;
}

int outcome_of(long result) { return result < 0 ? errno : 0; }

}  // namespace lsmith::tests
