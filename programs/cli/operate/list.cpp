// lsmith list: every LSM program of this machine. These are the programs of pinned policies, programs that only a process
// holds, whether lsmith loaded them or not, and leftovers of interrupted commands. The kernel lists its programs only with
// CAP_SYS_ADMIN; without it the pins are still listed, and a sentence says what is missing.
#include <algorithm>
#include <fstream>
#include <map>

#include <lsmith/btf/text/kernel_names.hpp>
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/cli/shared/table.hpp>
#include <lsmith/programs/pinned/out_of_reach.hpp>
#include <lsmith/programs/report/json.hpp>
#include <lsmith/programs/report/times.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

/// One row: a program, or a pinned policy without any program.
struct row {
  std::string pin = {};      ///< empty: not pinned by lsmith
  std::string state = {};
  std::string hook = {};
  std::string program = {};
  std::string binds = {};
  std::string since = {};
  std::optional<std::uint64_t> runs = {}, nanoseconds = {}, denied = {}, lost = {}, missed = {};
  std::uint32_t id = 0;
};

bool statistics_are_on() {
  std::ifstream setting("/proc/sys/kernel/bpf_stats_enabled");
  int on = 0;
  return setting >> on && on != 0;
}

/// Names of hooks by the BTF ids of their functions. Reads the kernel's types at the first call.
class hook_names {
 public:
  std::string operator()(std::uint32_t id) {
    if (id == 0) return {};
    if (!read_) {
      read_ = true;
      if (auto types = loader::read_types()) types_.emplace(std::move(*types));
    }
    const auto function = types_ ? types_->at(static_cast<btf::type_id>(id)) : std::nullopt;
    if (!function) return "#" + std::to_string(id);
    const std::string_view name = function->name();
    return std::string(name.starts_with(btf::hook_prefix) ? name.substr(btf::hook_prefix.size()) : name);
  }

 private:
  bool read_ = false;
  std::optional<btf::types> types_;
};

/// The pinned policies, then the leftovers. Complains about those that cannot be read.
std::vector<loader::pinned_policy> read_pins(const console& to) {
  const loader::pins pins;
  std::vector<loader::pinned_policy> all;
  for (const auto& names : {pins.names(), pins.leftovers()}) {
    if (!names) {
      complain(to, names.error());
      return all;
    }
    for (const std::string& name : *names) {
      auto found = pins.find(name);
      if (found) all.push_back(std::move(*found));
      else complain(to, found.error());
    }
  }
  return all;
}

bool is_leftover(const loader::pinned_policy& one) { return one.name.contains('+'); }

bool is_dry_run(const loader::pinned_policy& one) {
  const auto what = describe(one);
  return what && what->has_option("--dry-run");
}

std::string state_of(const loader::pinned_policy& one, const evidence& current) {
  if (is_leftover(one)) return one.links.empty() ? "left over, not enforced" : "left over, attached";
  if (current.status == policy_status::enforced && is_dry_run(one)) return "enforced, dry run";
  if (current.status != policy_status::not_enforced) return std::string(to_word(current.status));
  if (is_disarmed(one)) return "disarmed";
  return seconds_left(one) == 0 ? "expired" : "not enforced";
}

/// The row of a policy's program, as far as its pins alone give it.
row row_of_pin(const loader::pinned_policy& one, const std::string& program, const evidence& current) {
  row made{.pin = one.name, .state = state_of(one, current), .program = program};
  const pinned_counts counts = count(one);
  made.denied = counts.denied;
  made.lost = counts.lost;
  const auto what = describe(one);
  if (!what) return made;
  made.binds = what->binds;
  made.since = date(what->since);
  for (const auto& described : what->programs)
    if (described.name == program) made.hook = described.hook;
  return made;
}

/// The rows of what is pinned, by program id; a policy without programs has one row with id 0.
std::multimap<std::uint32_t, row> rows_of_pins(const std::vector<loader::pinned_policy>& all) {
  std::multimap<std::uint32_t, row> rows;
  machine_evidence machine;
  for (const loader::pinned_policy& one : all) {
    const evidence current = find_status(one, machine);
    for (const loader::pinned_link& link : one.links) rows.emplace(link.link.prog_id, row_of_pin(one, link.program, current));
    if (one.links.empty()) rows.emplace(0, row_of_pin(one, "-", current));
  }
  return rows;
}

/// Adds what the kernel reports about a program. `counted`: the kernel counts runs and times (kernel.bpf_stats_enabled). `lost`:
/// no process and no pin within reach holds its link.
void add_program(row& to, const loader::lsm_program& one, hook_names& hooks, bool counted, bool lost) {
  to.id = one.program.id;
  if (to.pin.empty()) {
    to.state = one.link == 0 ? "loaded, not attached" : lost ? "attached, out of reach" : "attached";
    to.program = one.name();
    if (one.to_cgroup) to.binds = one.cgroup == 0 ? "a cgroup that is gone" : "cgroup " + std::to_string(one.cgroup);
  }
  if (to.hook.empty()) to.hook = hooks(one.hook);
  if (one.replaces_function) to.hook += (to.hook.empty() ? "" : ", ") + std::string("modify-return");
  if (to.since.empty()) to.since = date_since_boot(one.program.load_time);
  to.missed = one.program.recursion_misses;
  if (!counted && one.program.run_cnt == 0) return;
  to.runs = one.program.run_cnt;
  to.nanoseconds = one.program.run_time_ns;
}

std::vector<row> collect(const console& to) {
  const auto pinned = read_pins(to);
  auto known = rows_of_pins(pinned);
  const auto programs = loader::lsm_programs();
  if (!programs) complain(to, word(programs.error().why), "only pinned policies are listed: " + explain(programs.error()));

  std::vector<row> rows;
  hook_names hooks;
  const bool counted = statistics_are_on();
  const auto lost = out_of_reach(programs.value_or(std::vector<loader::lsm_program>()));
  const auto is_lost = [&](std::uint32_t link) {
    return lost && std::ranges::find(*lost, link, &loader::lsm_program::link) != lost->end();
  };
  if (programs)
    for (const loader::lsm_program& one : *programs) {
      const auto pin = known.find(one.program.id);
      row made = pin == known.end() ? row() : pin->second;
      if (pin != known.end()) known.erase(pin);
      add_program(made, one, hooks, counted, is_lost(one.link));
      rows.push_back(std::move(made));
    }
  for (auto& [id, rest] : known) rows.push_back(std::move(rest));
  return rows;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : printable(text); }

void print_text(const std::vector<row>& rows, std::ostream& out) {
  if (rows.empty()) {
    out << "no LSM program is loaded and nothing is pinned\n";
    return;
  }
  const bool some_missed = std::ranges::any_of(rows, [](const row& one) { return one.missed.value_or(0) != 0; });
  table lines{{"NAME", "STATE", "HOOK", "PROGRAM", "BINDS", "SINCE", "RUNS", "NS/RUN", "DENIED", "LOST"}};
  if (some_missed) lines.front().push_back("MISSED");
  for (const row& one : rows) {
    std::optional<std::uint64_t> each;
    if (one.runs && *one.runs != 0) each = *one.nanoseconds / *one.runs;
    lines.push_back({or_dash(one.pin), one.state, or_dash(one.hook), or_dash(one.program), or_dash(one.binds), or_dash(one.since),
                     number_or_dash(one.runs), number_or_dash(each), number_or_dash(one.denied), number_or_dash(one.lost)});
    if (some_missed) lines.back().push_back(number_or_dash(one.missed));
  }
  print_table(lines, out);
}

void write_row(const row& one, std::ostream& out) {
  json_object made(out);
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty() && value != "-") made.text(name, value);
  };
  const auto number = [&](std::string_view name, const std::optional<std::uint64_t>& value) {
    if (value) made.number(name, *value);
  };
  text("name", one.pin);
  text("state", one.state);
  text("hook", one.hook);
  text("program", one.program);
  if (one.id != 0) made.number("id", one.id);
  text("binds", one.binds);
  text("since", one.since);
  number("runs", one.runs);
  number("nanoseconds", one.nanoseconds);
  number("denied", one.denied);
  number("lost", one.lost);
  number("missed", one.missed);
}

void print_json(const std::vector<row>& rows, const console& to) {
  {
    json_object whole(to.out);
    write_json_list(whole.member("programs"), rows, [&](const row& one) { write_row(one, to.out); });
    write_errors(whole, to);
  }
  to.out << '\n';
}

}  // namespace

int list_all(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of list");
  known.add_options()("json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known);
  if (values.count("help"))
    return to.out << "usage: lsmith list [--json]\n\n"
                     "Every LSM program of this machine, also those that lsmith did not load, and every pinned policy.\n"
                     "Runs and times are counted while statistics are on: sysctl kernel.bpf_stats_enabled=1\n\n"
                  << known,
           done;
  const auto rows = collect(to);
  if (to.json()) print_json(rows, to);
  else print_text(rows, to.out);
  return done;
}

}  // namespace lsmith::cli
