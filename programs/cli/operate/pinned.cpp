#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/programs/cli/operate/pinned.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>

namespace lsmith::cli {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

std::uint64_t nanoseconds_since_boot() {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * second + static_cast<std::uint64_t>(now.tv_nsec);
}

/// The deadline of a policy that has one; 0 once it was kept.
std::optional<std::uint64_t> deadline_of(const loader::pinned_policy& found) {
  const loader::live_map* map = found.find_map(loader::deadline_map);
  if (map == nullptr) return std::nullopt;
  const auto deadline = loader::read_counter(*map);
  return deadline ? std::optional(*deadline) : std::nullopt;
}

std::optional<std::uint64_t> read_one(const loader::pinned_policy& found, std::string_view name) {
  const loader::live_map* map = found.find_map(name);
  if (map == nullptr) return std::nullopt;
  const auto number = loader::read_counter(*map);
  return number ? std::optional(*number) : std::nullopt;
}

/// The programs that were pinned and whose links are not there, in words; empty when all are.
std::string missing_links(const loader::pinned_policy& found, const lsmith::programs::description& what) {
  std::string missing;
  for (const auto& promised : what.programs) {
    const bool there = std::ranges::any_of(found.links, [&](const auto& link) { return link.program == promised.name; });
    if (!there) missing += (missing.empty() ? "" : ", ") + promised.name + " on " + promised.hook;
  }
  return missing;
}

bool cgroup_is_gone(const lsmith::programs::description& what) {
  const auto path = what.option("--cgroup");
  struct stat status = {};
  return path && what.cgroup != 0 && (stat(path->c_str(), &status) != 0 || status.st_ino != what.cgroup);
}

evidence examine_machine(attach_kind attached) {
  const bool stands_in = attached == attach_kind::modify_return;
  const auto able = loader::can_enforce(loader::proof::where_needed, loader::kernel_btf::usual_path, attached);
  if (able && stands_in) return {standing::in_force, "its programs are attached, and stand in for the kernel's own functions"};
  if (able) return {standing::in_force, "its programs are attached, and programs of BPF LSM run on this machine"};
  const cause why = able.error().why;
  const bool known = why == cause::lsm_not_active || why == cause::ftrace_off || why == cause::not_enforced;
  return {known ? standing::not_in_force : standing::unknown, to_string(able.error())};
}

}  // namespace

const evidence& machine_evidence::of(attach_kind attached) {
  auto& known = attached == attach_kind::modify_return ? of_stand_in_ : of_lsm_;
  if (!known) known = examine_machine(attached);
  return *known;
}

evidence examine(const loader::pinned_policy& found, machine_evidence& machine) {
  const auto what = describe(found);
  if (!what) return {standing::not_in_force, "its description is missing"};
  if (const std::string missing = missing_links(found, *what); !missing.empty())
    return {standing::not_in_force, "not attached: " + missing};
  if (seconds_left(found) == 0) return {standing::not_in_force, "expired: it was not kept in time and lets everything pass"};
  if (is_disarmed(found))
    return {standing::not_in_force, "disarmed: it lets everything pass until 'lsmith arm " + found.name + "'"};
  if (cgroup_is_gone(*what)) return {standing::not_in_force, "the cgroup that it binds is gone"};
  const bool stands_in = what->option("--via").has_value();
  return machine.of(stands_in ? attach_kind::modify_return : attach_kind::lsm_mac);
}

std::optional<lsmith::programs::description> describe(const loader::pinned_policy& found) {
  auto parsed = lsmith::programs::parse_description(found.text);
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

pinned_counts count(const loader::pinned_policy& found) {
  pinned_counts counts{.lost = read_one(found, lsmith::programs::lost_map)};
  const loader::live_map* tally = found.find_map(lsmith::programs::tally_map);
  if (tally == nullptr) return counts;
  const auto rows = lsmith::programs::read_tally(*tally);
  if (!rows) return counts;
  counts.denied = read_one(found, lsmith::programs::untallied_map).value_or(0);
  for (const auto& row : *rows) *counts.denied += row.seen.count;
  return counts;
}

std::uint64_t missed_calls(const loader::pinned_policy& found) {
  std::vector<fd> programs;
  for (const std::uint32_t id : programs_of(found))
    if (auto opened = loader::open_id(loader::kernel_object::program, id)) programs.push_back(std::move(*opened));
  return loader::missed_calls(programs).value_or(0);
}

std::optional<std::uint64_t> seconds_left(const loader::pinned_policy& found) {
  const auto deadline = deadline_of(found);
  if (!deadline || *deadline == 0) return std::nullopt;
  const std::uint64_t now = nanoseconds_since_boot();
  return now >= *deadline ? 0 : (*deadline - now + second - 1) / second;
}

bool is_disarmed(const loader::pinned_policy& found) { return read_one(found, lsmith::programs::armed_map) == 0; }

std::string_view word(standing is) {
  switch (is) {
    case standing::in_force: return "in force";
    case standing::not_in_force: return "not in force";
    case standing::unknown: return "unknown";
  }
  __builtin_unreachable();
}

std::expected<loader::pinned_policy, int> find_pinned(const std::string& name, const console& to) {
  auto found = loader::pins().find(name);
  if (found) return std::move(*found);
  complain(to, to_string(found.error()));
  const cause why = found.error().why;
  const bool is_known = why == cause::pin_absent || why == cause::pin_damaged;
  return std::unexpected(static_cast<int>(is_known ? standing::not_in_force : standing::unknown));
}

std::vector<std::uint32_t> programs_of(const loader::pinned_policy& found) {
  std::vector<std::uint32_t> ids;
  for (const loader::pinned_link& link : found.links) ids.push_back(link.link.prog_id);
  return ids;
}

void wait_until_gone(const std::vector<std::uint32_t>& programs) {
  constexpr int attempts = 100, pause = 10'000;
  for (const std::uint32_t id : programs)
    for (int attempt = 0; attempt < attempts && loader::open_id(loader::kernel_object::program, id); ++attempt) usleep(pause);
}

std::optional<name_request> read_name(const name_verb& verb, const words& given, const console& to) {
  boost::program_options::options_description known("Options of " + std::string(verb.name));
  add_options(verb.options, known);
  known.add_options()("help", "this text");
  auto values = read_options(given, known, plain_words::one);
  if (values.count("help")) {
    to.out << "usage: lsmith " << verb.name << (verb.options.empty() ? " NAME" : " NAME [OPTIONS]") << "\n\n"
           << verb.explanation << "\n\n" << known;
    return std::nullopt;
  }
  const words named = plain(values);
  if (named.empty()) throw usage_error{"name a pinned policy; 'lsmith list' shows them"};
  return name_request{named.front(), std::move(values)};
}

}  // namespace lsmith::cli
