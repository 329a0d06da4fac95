#include <lsmith/programs/cli/policy/policy_options.hpp>

#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <lsmith/programs/options/option_values.hpp>

namespace lsmith::cli {
namespace {

using lsmith::programs::option_kind;

constexpr option_description every_policy_takes[] = {
    {"cgroup", "DIR", "bind the processes in this cgroup (v2) and below", option_kind::path},
    {"uid", "N", "bind the processes of this real uid"},
    {"pid", "N", "bind this one process, without its children, until it ends"},
    {"tree", "PID", "bind this process and all that come of it"},
    {"mount-ns", "PID|FILE", "bind the processes in this mount namespace", option_kind::path},
    {"pid-ns", "PID|FILE", "bind the processes in this pid namespace and those within", option_kind::path},
    {"system", "", "bind every process of the machine"},

    {"except-exe", "PATH", "the processes that run this file, known by inode and device", option_kind::path},
    {"except-cgroup", "DIR", "the processes in this cgroup (v2) and below", option_kind::path},
    {"except-uid", "N", "the processes of this real uid"},

    {"dry-run", "", "report what would be refused, and refuse nothing"},
    {"pin", "NAME", "keep it in force under this name when the command ends, with a tally for report"},
    {"confirm-within", "DURATION", "with --pin: let everything pass after this time, unless 'lsmith keep NAME' comes first"},
    {"disarmed", "", "with --pin: let everything pass until 'lsmith arm NAME' comes"},
    {"partial", "", "hold what this kernel has hooks for, where it lacks some"},
    {"no-events", "", "report nothing, and keep no tally"},
    {"perf-buffer", "", "report through perf buffers instead of a ring buffer"},
    {"via", "WAY", "lsm, or modify-return: stand in for the kernel's own functions, where bpf is no active LSM; it may miss calls under load"},
};
constexpr std::span<const option_description> all_of_them(every_policy_takes);
struct option_group {
  std::string_view caption;
  std::span<const option_description> options;
};
constexpr option_group groups[] = {
    {"Whom it binds; one of these must be given", all_of_them.first(7)},
    {"Whom it spares; each may be given several times", all_of_them.subspan(7, 3)},
    {"How it holds", all_of_them.subspan(10)},
};
constexpr std::string_view given_often[] = {"except-exe", "except-cgroup", "except-uid"};

/// "4711", "259:1": what stands for no file, although a path could stand there.
bool is_number(std::string_view word) { return word.find_first_not_of("0123456789:") == word.npos; }

}  // namespace

std::span<const option_description> common_options() { return every_policy_takes; }

const option_description* find_option(std::span<const option_description> among, std::string_view name) {
  const auto found = std::ranges::find(among, name, &option_description::name);
  return found == among.end() ? nullptr : &*found;
}

void add_options(std::span<const option_description> all, boost::program_options::options_description& to) {
  namespace options = boost::program_options;
  for (const option_description& one : all) {
    const std::string name(one.name), value(one.value);
    const std::string help = std::string(one.help) + (one.need == lsmith::programs::option_need::required ? " (required)" : "");
    const bool often = std::ranges::find(given_often, one.name) != std::end(given_often);
    if (one.value.empty()) to.add_options()(name.c_str(), help.c_str());
    else if (often) to.add_options()(name.c_str(), options::value<std::vector<std::string>>()->value_name(value), help.c_str());
    else to.add_options()(name.c_str(), options::value<std::string>()->value_name(value), help.c_str());
  }
}

void add_common_options(boost::program_options::options_description& to) {
  for (const option_group& one : groups) {
    boost::program_options::options_description part{std::string(one.caption)};
    add_options(one.options, part);
    to.add(part);
  }
}

boost::program_options::options_description own_options(const lsmith::programs::ready_made& policy) {
  const std::string name(policy.name);
  boost::program_options::options_description own(policy.options.empty() ? name + " has no options of its own" : "Options of " + name);
  add_options(policy.options, own);
  return own;
}

std::string absolute_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> whole(realpath(path.c_str(), nullptr), free);
  return whole ? whole.get() : path;
}

std::string with_whole_paths(const option_description& option, const std::string& value,
                             const std::function<std::string(const std::string&)>& whole) {
  if (option.kind == option_kind::text) return value;
  std::string all;
  const auto parts = option.kind == option_kind::path ? std::vector{value} : lsmith::programs::split_at_commas(value);
  for (const std::string& one : parts) all += (&one == &parts.front() ? "" : ",") + (is_number(one) ? one : whole(one));
  return all;
}

}  // namespace lsmith::cli
