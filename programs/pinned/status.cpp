#include <lsmith/programs/pinned/status.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/load/load_options.hpp>
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/programs/policy/choices.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>

namespace lsmith::programs {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint32_t first = 0;  // the index of a variable in its array map

std::uint64_t nanoseconds_since_boot() {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * second + static_cast<std::uint64_t>(now.tv_nsec);
}

/// The value of a variable of the policy; nothing if it has none of that name.
std::optional<std::uint64_t> read_variable(const loader::pinned_policy& found, std::string_view name) {
  const loader::live_map* map = found.find_map(name);
  if (map == nullptr) return std::nullopt;
  const auto number = loader::read_counter(*map);
  return number ? std::optional(*number) : std::nullopt;
}

/// The programs of the description that have no pinned link, in words; empty if all have one.
std::string missing_links(const loader::pinned_policy& found, const description& what) {
  std::string missing;
  for (const described_program& promised : what.programs) {
    const bool there = std::ranges::any_of(found.links, [&](const auto& link) { return link.program == promised.name; });
    if (!there) missing += (missing.empty() ? "" : ", ") + promised.name + " on " + promised.hook;
  }
  return missing;
}

bool cgroup_is_gone(const description& what) {
  const auto path = what.option("--cgroup");
  struct stat status = {};
  return path && what.cgroup != 0 && (stat(path->c_str(), &status) != 0 || status.st_ino != what.cgroup);
}

evidence find_machine_evidence(attach_kind attached) {
  const auto able = loader::can_enforce(loader::proof::where_needed, loader::kernel_btf::default_path, attached);
  if (able && attached == attach_kind::modify_return)
    return {policy_status::enforced, "its programs are attached, and replace functions of the kernel"};
  if (able) return {policy_status::enforced, "its programs are attached, and BPF LSM programs run on this machine"};
  const cause why = able.error().why;
  const bool known = why == cause::lsm_not_active || why == cause::ftrace_off || why == cause::not_enforced;
  return {known ? policy_status::not_enforced : policy_status::unknown, to_string(able.error())};
}

attach_kind attached_as(const description& what) {
  return what.option("--via") ? attach_kind::modify_return : attach_kind::lsm_mac;
}

/// Why the policy is not attached as a whole; nothing if it is, as far as its description tells.
std::optional<std::string> detached_part(const loader::pinned_policy& found, const result<description>& what) {
  if (!what) return found.links.empty() ? std::optional<std::string>("nothing of it is attached") : std::nullopt;
  const std::string missing = missing_links(found, *what);
  return missing.empty() ? std::nullopt : std::optional("not attached: " + missing);
}

/// The evidence that the links alone give.
evidence judge_by_links(const loader::pinned_policy& found, machine_evidence& machine) {
  if (found.text.empty())
    return {policy_status::unknown, "its programs are attached, but its description is missing, so some may be missing too"};
  const auto attached = static_cast<loader::abi::attach_type>(found.links.front().link.tracing.attach_type);
  evidence current =
      machine.of(attached == loader::abi::attach_type::modify_return ? attach_kind::modify_return : attach_kind::lsm_mac);
  current.reason += "; its description is not one of lsmith's";
  return current;
}

}  // namespace

std::string_view to_word(policy_status is) {
  switch (is) {
    case policy_status::enforced: return "enforced";
    case policy_status::not_enforced: return "not enforced";
    case policy_status::unknown: return "unknown";
  }
  __builtin_unreachable();
}

const evidence& machine_evidence::of(attach_kind attached) {
  auto& known = attached == attach_kind::modify_return ? of_modify_return_ : of_lsm_;
  if (!known) known = find_machine_evidence(attached);
  return *known;
}

evidence find_status(const loader::pinned_policy& found, machine_evidence& machine) {
  const auto what = describe(found);
  if (const auto reason = detached_part(found, what)) return {policy_status::not_enforced, *reason};
  if (seconds_left(found) == 0)
    return {policy_status::not_enforced, "expired: it was not confirmed in time and allows everything"};
  if (is_disarmed(found)) return {policy_status::not_enforced, "disarmed: it allows everything until it is armed"};
  if (!what) return judge_by_links(found, machine);
  if (!has_its_own_rules(found))
    return {policy_status::not_enforced, "its programs use other rules than those that are pinned with it"};
  if (cgroup_is_gone(*what)) return {policy_status::not_enforced, "the cgroup that it binds is gone"};
  return machine.of(attached_as(*what));
}

bool is_in_place(const loader::pinned_policy& found, machine_evidence& machine) {
  return is_disarmed(found) || find_status(found, machine).status == policy_status::enforced;
}

result<description> describe(const loader::pinned_policy& found) {
  if (found.text.empty())
    return failure({.why = cause::pin_damaged, .during = stage::pin, .name = found.name, .of = "its description is missing"});
  auto parsed = parse_description(found.text);
  if (!parsed) return failure({.why = cause::description_foreign, .during = stage::pin, .name = found.name});
  return parsed;
}

pinned_counts count(const loader::pinned_policy& found) {
  pinned_counts counts{.lost = read_variable(found, reserved::lost), .suppressed = read_variable(found, reserved::suppressed)};
  const loader::live_map* decisions = found.find_map(reserved::decisions);
  if (decisions == nullptr) return counts;
  const auto rows = read_decision_counts(*decisions);
  if (!rows) return counts;
  counts.denied = read_variable(found, reserved::uncounted).value_or(0);
  for (const counted_decision& row : *rows) *counts.denied += row.seen.count;
  return counts;
}

bool has_its_own_rules(const loader::pinned_policy& found) {
  const auto is_pinned = [&](std::uint32_t id) {
    return std::ranges::any_of(found.maps, [&](const loader::live_map& one) {
      const auto described = loader::describe_map(one.descriptor);
      return described && described->id == id;
    });
  };
  return std::ranges::all_of(found.maps, [&](const loader::live_map& holder) {
    std::uint32_t id = 0;
    if (holder.description.type != map_type::array_of_maps || !loader::lookup_element(holder.descriptor.get(), &first, &id))
      return true;
    return is_pinned(id);
  });
}

std::uint64_t missed_calls(const loader::pinned_policy& found) {
  std::vector<fd> programs;
  for (const std::uint32_t id : program_ids(found))
    if (auto opened = loader::open_id(loader::kernel_object::program, id)) programs.push_back(std::move(*opened));
  return loader::missed_calls(programs).value_or(0);
}

bool is_disarmed(const loader::pinned_policy& found) { return read_variable(found, reserved::armed) == 0; }

std::optional<std::uint64_t> seconds_left(const loader::pinned_policy& found) {
  const auto deadline = read_variable(found, reserved::deadline);
  if (!deadline || *deadline == 0) return std::nullopt;
  const std::uint64_t now = nanoseconds_since_boot();
  return now >= *deadline ? 0 : (*deadline - now + second - 1) / second;
}

std::vector<std::uint32_t> program_ids(const loader::pinned_policy& found) {
  std::vector<std::uint32_t> ids;
  for (const loader::pinned_link& link : found.links) ids.push_back(link.link.prog_id);
  return ids;
}

void wait_until_gone(const std::vector<std::uint32_t>& programs) {
  constexpr int attempts = 100, pause = 10'000;
  for (const std::uint32_t id : programs)
    for (int attempt = 0; attempt < attempts && loader::open_id(loader::kernel_object::program, id); ++attempt) usleep(pause);
}

result<void> confirm(const loader::pinned_policy& found) {
  constexpr std::uint64_t never = 0;
  const loader::live_map* deadline = found.find_map(reserved::deadline);
  if (deadline == nullptr) return {};
  const int descriptor = deadline->descriptor.get();
  if (auto set = loader::update_element(descriptor, &first, &never); !set) return set;
  if (auto frozen = loader::freeze_map(descriptor); !frozen)
    return failure({.why = cause::deadline_not_frozen,
                    .during = stage::pin,
                    .system_error = frozen.error().system_error,
                    .name = found.name});
  return {};
}

result<armed> arm(const loader::pinned_policy& found) {
  constexpr std::uint64_t on = 1;
  const loader::live_map* map = found.find_map(reserved::armed);
  if (map == nullptr) return armed::always;
  const int descriptor = map->descriptor.get();
  std::uint64_t before = 0;
  if (auto read = loader::lookup_element(descriptor, &first, &before); !read) return failure(read.error());
  if (before != on)
    if (auto set = loader::update_element(descriptor, &first, &on); !set) return failure(set.error());
  // Freeze also a switch that is set: an earlier call may have been killed before it froze the map.
  const auto frozen = loader::freeze_map(descriptor);
  if (before == on) return armed::before;
  if (!frozen)
    return failure(
        {.why = cause::switch_not_frozen, .during = stage::pin, .system_error = frozen.error().system_error, .name = found.name});
  return armed::now;
}

}  // namespace lsmith::programs
