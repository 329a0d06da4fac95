// A policy is in force as long as somebody holds its links. Without --pin that is this process: run waits for a signal or
// the end of its time, and whatever ends the process, SIGKILL included, ends the policy. With --pin it is the kernel's own
// file system, and run is done at once.
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/cli/enforce/pin_verb.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/enforce/enforce_policy.hpp>
#include <lsmith/programs/cli/events/follow.hpp>
#include <lsmith/programs/report/event_lines.hpp>

namespace lsmith::cli {
namespace {

/// The bound process, open, so that its end is seen: its number may be given to another. Processes are numbered anew in
/// each pid namespace, and programs see the numbers of the first one.
fd watch_process(const policy_request& asked) {
  if (!asked.load.pid && !asked.load.tree) return {};
  if (!loader::in_first_pid_namespace())
    throw usage_error{"--pid and --tree mean a number of the first pid namespace, and this process stands in another; use --cgroup"};
  if (asked.load.tree) return {};
  const std::uint32_t pid = *asked.load.pid;
  fd opened(pid == 0 || pid > INT32_MAX ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!opened) throw usage_error{"there is no process " + std::to_string(pid)};
  return opened;
}

/// What the kernel left the policy's programs out of; nothing to say where that is no call.
std::string missed(const loader::enforcement& held) {
  const auto calls = loader::missed_calls(held.programs);
  if (!calls) return ", calls missed unknown: " + to_string(calls.error());
  return *calls == 0 ? std::string() : ", " + std::to_string(*calls) + (*calls == 1 ? " call missed" : " calls missed");
}

int hold(const policy_request& asked, std::optional<std::chrono::milliseconds> time, const console& to) {
  const fd bound = watch_process(asked);
  const ending_signals signals;
  const auto enforced = programs::enforce_policy(asked);
  if (!enforced) return complain(to, enforced.error());

  std::optional<loader::event_reader> reader;
  if (const loader::live_map* map = enforced->held.find_map(programs::events_map)) {
    auto opened = loader::event_reader::open(*map);
    if (!opened) return complain(to, opened.error());
    reader.emplace(std::move(*opened));
  }
  keep_only_reading(to);
  say_not_held(enforced->not_held, to);
  to.err << "lsmith: " << asked.name << ' ' << binding(asked) << (time ? "" : "; end it with Ctrl-C") << '\n'
         << limits_of(asked.via) << std::flush;

  programs::event_writer events(to.out, enforced->rules, to.json());
  follow(reader, events, to.out, {signals, after(time), bound ? bound.get() : -1});
  to.err << "lsmith: " << ended(events, enforced->held.find_map(programs::lost_map)) << missed(enforced->held) << std::endl;
  return done;
}

}  // namespace

int run_policy(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description more("Options of run");
  more.add_options()
      ("for", options::value<std::string>()->value_name("DURATION"), "end after 500ms, 10s, 5m or 2h")
      ("replace", "with --pin: take the place of the policy of that name, without a gap")
      ("json", "print events as JSON, one object a line")
      ("help", "this text");
  options::variables_map values;
  const auto asked = read_policy_request("run", given, more, values, to);
  if (!asked) return done;
  std::optional<std::chrono::milliseconds> time;
  if (values.count("for")) time = std::chrono::milliseconds(parse_duration(values["for"].as<std::string>()));
  if (asked->pin && time)
    throw usage_error{"--for ends a policy and --pin keeps it; give one of them, or --confirm-within with --pin"};
  if (values.count("replace") && !asked->pin) throw usage_error{"--replace is for a name; add --pin NAME"};
  if (asked->pin)
    return pin_and_say(*asked, values.count("replace") ? programs::when_taken::replace : programs::when_taken::refuse, to);
  return hold(*asked, time, to);
}

}  // namespace lsmith::cli
