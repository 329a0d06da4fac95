// A policy is in force as long as this process holds its links. So run waits for a signal or the end of its time, and
// whatever ends the process, SIGKILL included, ends the policy.
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>

#include <lsmith/btf/suggest.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/event_reader.hpp>
#include <lsmith/loader/kernel_types.hpp>
#include <lsmith/loader/privilege.hpp>
#include <lsmith/programs/cli/event_lines.hpp>
#include <lsmith/programs/cli/policy_arguments.hpp>

namespace lsmith::cli {
namespace {

using clock = std::chrono::steady_clock;

/// SIGINT, SIGTERM and SIGHUP as something to poll for, while it lives.
class ending_signals {
 public:
  ending_signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, signal);
    sigprocmask(SIG_BLOCK, &wanted, &before_);
    descriptor_.reset(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~ending_signals() {
    signalfd_siginfo taken;
    while (read(descriptor_.get(), &taken, sizeof taken) > 0) continue;  // else it would arrive when it is let through
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  ending_signals(const ending_signals&) = delete;
  ending_signals& operator=(const ending_signals&) = delete;

  int descriptor() const { return descriptor_.get(); }

 private:
  sigset_t before_;
  fd descriptor_;
};

/// Kernels before 5.11 count maps and programs against a limit that is often 64 KiB.
bool raise_memory_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
}

std::string explain_refusal(const loader::refusal& no) {
  std::string text;
  for (const fault& one : no.what) {
    if (!text.empty()) text += '\n';
    text += to_string(one);
    const bool misspelt = one.why == cause::unknown_hook || one.why == cause::unknown_argument ||
                          one.why == cause::unknown_type || one.why == cause::unknown_member;
    if (!misspelt) continue;
    if (const auto kernel = loader::read_types()) text += did_you_mean(btf::suggest(*kernel, one));
  }
  if (!no.reason.empty()) text += ": " + no.reason;
  return text;
}

/// The policy in force, made again with what this kernel needs where the first try shows that it needs it.
std::expected<loader::enforcement, std::string> put_in_force(policy_request asked) {
  for (bool limit_raised = false;;) {
    const auto made = make_policy(asked);
    if (!made) return std::unexpected(explain(made.error()));
    auto in_force = loader::enforce(*made, asked.load);
    if (in_force) return std::move(*in_force);

    const bool no_ring = in_force.error().why() == cause::kernel_too_old &&
                         asked.choices.events == lsmith::programs::event_channel::ring_buffer;
    if (no_ring) {
      asked.choices.events = lsmith::programs::event_channel::perf_buffer;
    } else if (in_force.error().why() == cause::memory_limit && !limit_raised && raise_memory_limit()) {
      limit_raised = true;
    } else {
      return std::unexpected(explain_refusal(in_force.error()));
    }
  }
}

std::string whom(const policy_request& asked) {
  if (asked.load.cgroup) return "the processes in " + *asked.load.cgroup;
  if (asked.load.uid) return "the processes of uid " + std::to_string(*asked.load.uid);
  if (asked.load.pid) return "process " + std::to_string(*asked.load.pid);
  return "every process of this machine";
}

/// Processes are numbered anew in each pid namespace, and programs see the numbers of the first one.
void check_pid(const policy_request& asked) {
  if (!asked.load.pid) return;
  if (!loader::in_first_pid_namespace())
    throw usage_error{"--pid means a number of the first pid namespace, and this process stands in another; use --cgroup"};
  if (*asked.load.pid == 0 || *asked.load.pid > static_cast<std::uint32_t>(INT32_MAX) ||
      (kill(static_cast<pid_t>(*asked.load.pid), 0) != 0 && errno == ESRCH))
    throw usage_error{"there is no process " + std::to_string(*asked.load.pid)};
}

std::uint64_t count_lost(const loader::enforcement& policy) {
  const loader::live_map* lost = policy.find_map(lsmith::programs::lost_map);
  return lost == nullptr ? 0 : loader::read_counter(*lost).value_or(0);
}

/// Prints events until a signal, or until the time is over.
void follow(std::optional<loader::event_reader>& reader, event_writer& events, int signals, std::optional<clock::time_point> end) {
  for (;;) {
    int wait = -1;
    if (end) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*end - clock::now()).count();
      if (left <= 0) return;
      wait = static_cast<int>(std::min<std::int64_t>(left, INT32_MAX));
    }
    pollfd watched[] = {{signals, POLLIN, 0}, {reader ? reader->descriptor() : -1, POLLIN, 0}};
    if (poll(watched, std::size(watched), wait) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0) reader->drain([&](bytes record) { events.write(record); });
    if (watched[0].revents != 0) return;
  }
}

}  // namespace

int run(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description more("Options of run");
  more.add_options()
      ("for", options::value<std::string>()->value_name("DURATION"), "end after 500ms, 10s, 5m or 2h")
      ("json", "print events as JSON, one object a line")
      ("help", "this text");
  options::variables_map values;
  const auto asked = read_policy_request("run", given, more, values, to);
  if (!asked) return done;
  check_pid(*asked);
  std::optional<clock::duration> time;
  if (values.count("for")) time = std::chrono::milliseconds(parse_duration(values["for"].as<std::string>()));

  const ending_signals signals;
  const auto in_force = put_in_force(*asked);
  if (!in_force) return complain(to, in_force.error());

  std::optional<loader::event_reader> reader;
  if (const loader::live_map* events = in_force->find_map(lsmith::programs::events_map)) {
    auto opened = loader::event_reader::open(*events);
    if (!opened) return complain(to, to_string(opened.error()));
    reader.emplace(std::move(*opened));
  }
  to.err << "lsmith: " << asked->policy->name << (asked->dry_run ? " watches " : " binds ") << whom(*asked)
         << (time ? "" : "; end it with Ctrl-C") << std::endl;

  event_writer events(to.out, asked->policy->events(), values.count("json") != 0);
  follow(reader, events, signals.descriptor(), time ? std::optional(clock::now() + *time) : std::nullopt);
  if (reader) reader->drain([&](bytes record) { events.write(record); });
  to.err << "lsmith: ended: " << events.written() << (events.written() == 1 ? " event, " : " events, ") << count_lost(*in_force)
         << " lost" << std::endl;
  return done;
}

}  // namespace lsmith::cli
