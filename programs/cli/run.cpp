// A policy is in force as long as this process holds its links. So run waits for a signal or the end of its time, and
// whatever ends the process, SIGKILL included, ends the policy.
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
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

/// SIGINT, SIGTERM and SIGHUP as something to poll for, while it lives. One that the caller had set to be ignored stays
/// ignored: nohup means what it says.
class ending_signals {
 public:
  ending_signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction now;
      if (sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&wanted, signal);
    }
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

/// The bound process, open, so that its end is seen: its number may be given to another. Processes are numbered anew in
/// each pid namespace, and programs see the numbers of the first one.
fd watch_process(const policy_request& asked) {
  if (!asked.load.pid) return {};
  if (!loader::in_first_pid_namespace())
    throw usage_error{"--pid means a number of the first pid namespace, and this process stands in another; use --cgroup"};
  const std::uint32_t pid = *asked.load.pid;
  fd opened(pid == 0 || pid > INT32_MAX ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!opened) throw usage_error{"there is no process " + std::to_string(pid)};
  return opened;
}

/// "3 lost", or that it cannot be told.
std::string lost_text(const loader::enforcement& policy) {
  const loader::live_map* counter = policy.find_map(lsmith::programs::lost_map);
  if (counter == nullptr) return "0 lost";
  const auto lost = loader::read_counter(*counter);
  return lost ? std::to_string(*lost) + " lost" : "lost unknown: " + to_string(lost.error());
}

/// What run waits for.
struct watched_things {
  int signals;
  int process;  ///< the bound process, or -1
  std::optional<clock::time_point> end;

  /// Waits until `descriptor` is ready for `events`: true then, false when it is time to end.
  bool wait_for(int descriptor, short events) const {
    for (;;) {
      int milliseconds = -1;
      if (end) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*end - clock::now()).count();
        if (left <= 0) return false;
        milliseconds = static_cast<int>(std::min<std::int64_t>(left, INT32_MAX));
      }
      pollfd watched[] = {{signals, POLLIN, 0}, {process, POLLIN, 0}, {descriptor, events, 0}};
      const int ready = poll(watched, std::size(watched), milliseconds);
      if (ready < 0 && errno != EINTR) return false;
      if (ready <= 0) continue;
      if (watched[0].revents != 0 || watched[1].revents != 0) return false;
      if (watched[2].revents != 0) return true;
    }
  }
};

/// Prints events until it is time to end. A reader of our output that does not read must not keep us: an event is written
/// only when there is room for a line, and while there is none, signals and time still count.
void follow(std::optional<loader::event_reader>& reader, event_writer& events, std::ostream& out, const watched_things& until) {
  bool going_on = true;
  const auto write = [&](bytes record) {
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    if (poll(&output, 1, 0) != 1) going_on = going_on && until.wait_for(STDOUT_FILENO, POLLOUT);
    if (!going_on && poll(&output, 1, 0) != 1) return events.skip();
    events.write(record);
    out.flush();  // line by line: what is buffered has no room yet
  };
  while (going_on && until.wait_for(reader ? reader->descriptor() : -1, POLLIN)) reader->drain(write);
  if (reader) reader->drain(write);  // what came while we turned to leave, as far as there is room for it
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
  const fd bound = watch_process(*asked);
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
  follow(reader, events, to.out, {signals.descriptor(), bound ? bound.get() : -1, time ? std::optional(clock::now() + *time) : std::nullopt});
  to.err << "lsmith: ended: " << events.written() << (events.written() == 1 ? " event, " : " events, ") << lost_text(*in_force);
  if (events.unwritten() != 0) to.err << ", " << events.unwritten() << " not written";
  to.err << std::endl;
  return done;
}

}  // namespace lsmith::cli
