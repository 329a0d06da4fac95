#include <lsmith/programs/options/common_options.hpp>

#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <lsmith/programs/options/option_values.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description every_policy_takes[] = {
    {"cgroup", "DIR", "bind the processes in this cgroup (v2) and below", option_kind::path},
    {"uid", "N", "bind the processes of this real uid"},
    {"pid", "N", "bind this one process, without its children, until it ends"},
    {"tree", "PID", "bind this process and all its descendants"},
    {"mount-ns", "PID|FILE", "bind the processes in this mount namespace", option_kind::path},
    {"pid-ns", "PID|FILE", "bind the processes in this pid namespace and those within", option_kind::path},
    {"system", "", "bind every process of the machine"},

    {"except-exe", "PATH", "the processes that run this file, known by device, inode and generation", option_kind::path},
    {"except-cgroup", "DIR", "the processes in this cgroup (v2) and below", option_kind::path},
    {"except-uid", "N", "the processes of this real uid"},

    {"dry-run", "", "report what would be denied, and deny nothing"},
    {"pin", "NAME", "keep it enforced under this name when the command ends; counts its decisions for report"},
    {"confirm-within", "DURATION", "with --pin: allow everything after this time, unless 'lsmith keep NAME' comes first"},
    {"disarmed", "", "with --pin: allow everything until 'lsmith arm NAME'"},
    {"partial", "", "if this kernel lacks some of the hooks, enforce the rest"},
    {"no-events", "", "report no events, and count no decisions"},
    {"perf-buffer", "", "report through perf buffers instead of a ring buffer"},
    {"events-per-second", "N", "report at most about N events a second, and count the rest"},
    {"event-buffer", "SIZE", "size of the ring buffer: 4K, 256K (the default), 16M; a power of two, at least a page"},
    {"via", "WAY",
     "lsm, or modify-return: replace functions of the kernel, for kernels where bpf is not an active LSM; may miss calls under load"},
};
constexpr std::span<const option_description> all_of_them(every_policy_takes);
constexpr option_group groups[] = {
    {"Which processes it binds; one of these must be given", all_of_them.first(7)},
    {"Which processes it exempts; each may be given several times", all_of_them.subspan(7, 3)},
    {"How it is enforced", all_of_them.subspan(10)},
};

/// Whether the text is the number of a process or device ("4711", "259:1"), which some options take in place of a path.
bool is_number(std::string_view text) { return text.find_first_not_of("0123456789:") == text.npos; }

}  // namespace

std::span<const option_description> common_options() { return every_policy_takes; }

std::span<const option_group> common_option_groups() { return groups; }

bool may_repeat(const option_description& option) { return option.name.starts_with("except-"); }

const option_description* find_option(std::span<const option_description> among, std::string_view name) {
  const auto found = std::ranges::find(among, name, &option_description::name);
  return found == among.end() ? nullptr : &*found;
}

std::string absolute_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> whole(realpath(path.c_str(), nullptr), free);
  return whole ? whole.get() : path;
}

std::string change_paths(const option_description& option, const std::string& value,
                         const std::function<std::string(const std::string&)>& change) {
  if (option.kind == option_kind::text) return value;
  std::string all;
  const auto parts = option.kind == option_kind::path ? std::vector{value} : split_at_commas(value);
  for (const std::string& one : parts) all += (&one == &parts.front() ? "" : ",") + (is_number(one) ? one : change(one));
  return all;
}

}  // namespace lsmith::programs
