// A policy is enforced as long as something holds its links. Without --pin that is this process: run waits for a signal or
// the end of its time. However the process ends, SIGKILL included, the policy ends with it. With --pin the links are pinned in
// a BPF file system, and run returns at once.
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/cli/enforce/pin_verb.hpp>
#include <lsmith/programs/cli/events/follow.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/enforce/enforce_policy.hpp>
#include <lsmith/programs/report/event_lines.hpp>

namespace lsmith::cli {
namespace {

/// A pidfd of the process that --pid binds; empty without --pid. It becomes readable when the process ends, after which the
/// pid may be reused. --pid and --tree take pids of the initial pid namespace, because those are what programs see.
fd watch_process(const policy_request& request) {
  const scope& who = request.choices.scope;
  if (who.kind != scope_kind::pid && who.kind != scope_kind::tree) return {};
  if (!loader::in_initial_pid_namespace())
    throw usage_error{
        "--pid and --tree take a pid of the initial pid namespace, and this process is in another one; use "
        "--cgroup"};
  if (who.kind == scope_kind::tree) return {};
  const std::uint32_t pid = who.number;
  fd opened(pid == 0 || pid > INT32_MAX ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!opened) throw usage_error{"there is no process " + std::to_string(pid)};
  return opened;
}

/// The first object of --json: the policy is enforced now.
void print_start(const policy_request& request, const std::vector<programs::uncovered_part>& not_covered, std::ostream& out) {
  {
    programs::json_object row(out);
    write_enforced(row, request, not_covered);
  }
  out << std::endl;
}

std::string_view how_to_end(const ending_signals& signals) {
  return signals.includes(SIGINT) ? "; end it with Ctrl-C" : "; end it with SIGTERM, as it ignores SIGINT";
}

end_of_events end_of(const programs::event_writer& events, const loader::enforcement& held) {
  auto end = count_events(events, held);
  end.missed = loader::missed_calls(held.programs);
  return end;
}

int hold(const policy_request& request, std::optional<std::chrono::milliseconds> time, const console& to) {
  const fd bound = watch_process(request);
  const ending_signals signals;
  const auto enforced = programs::enforce_policy(request);
  if (!enforced) return complain(to, enforced.error());

  std::optional<loader::event_reader> reader;
  if (const loader::live_map* map = enforced->enforcement.find_map(reserved::events)) {
    auto opened = loader::event_reader::open(*map);
    if (!opened) return complain(to, opened.error());
    reader.emplace(std::move(*opened));
  }
  keep_only_reading(to);
  say_not_covered(enforced->not_covered, to);
  to.err << "lsmith: " << request.name << ' ' << binding(request) << (time ? "" : how_to_end(signals)) << '\n'
         << limits_of(request.via) << std::flush;
  if (to.json()) print_start(request, enforced->not_covered, to.out);

  programs::event_writer events(to.out, enforced->rules, to.json());
  follow(reader, events, to, {signals, after(time), closed_output::continues, bound ? bound.get() : -1});
  const auto end = end_of(events, enforced->enforcement);
  to.err << "lsmith: " << to_sentence(end) << std::endl;
  print_end(end, to);
  return done;
}

}  // namespace

int run_policy(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description more("Options of run");
  more.add_options()("for", options::value<std::string>()->value_name("DURATION"), "end after 500ms, 10s, 5m or 2h")(
      "replace", "with --pin: replace the policy of that name without a gap")(
      "json", "print events as JSON, one object a line (docs/json.md)")("help", "this text");
  options::variables_map values;
  const auto request = read_policy_request("run", given, more, values, to);
  if (!request) return done;
  std::optional<std::chrono::milliseconds> time;
  if (values.count("for")) time = std::chrono::milliseconds(parse_duration(values["for"].as<std::string>()));
  if (request->pin && time)
    throw usage_error{"--for ends a policy and --pin keeps it; give one of them, or --confirm-within with --pin"};
  if (values.count("replace") && !request->pin) throw usage_error{"--replace replaces a pinned policy; add --pin NAME"};
  if (request->pin)
    return pin_and_say(*request, values.count("replace") ? programs::when_taken::replace : programs::when_taken::refuse, to);
  return hold(*request, time, to);
}

}  // namespace lsmith::cli
