#include <lsmith/programs/cli/events/follow.hpp>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {

using clock = std::chrono::steady_clock;

ending_signals::ending_signals() {
  sigemptyset(&ending_);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now;
    if (sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&ending_, signal);
  }
  descriptor_.reset(signalfd(-1, &ending_, SFD_CLOEXEC | SFD_NONBLOCK));
  sigset_t blocked = ending_;
  sigaddset(&blocked, SIGPIPE);
  sigprocmask(SIG_BLOCK, &blocked, &before_);
}

ending_signals::~ending_signals() {
  signalfd_siginfo taken;
  // What arrived would be delivered once it is unblocked.
  while (read(descriptor_.get(), &taken, sizeof taken) > 0) continue;
  sigset_t closed_pipe;
  sigemptyset(&closed_pipe);
  sigaddset(&closed_pipe, SIGPIPE);
  constexpr timespec now = {};
  while (sigtimedwait(&closed_pipe, nullptr, &now) > 0) continue;
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

namespace {

/// Waits until `descriptor` is ready for `events` (POLLIN or POLLOUT): then true, but false when it is time to end.
bool wait_for(int descriptor, short events, const until& what) {
  for (;;) {
    int milliseconds = -1;
    if (what.end) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*what.end - clock::now()).count();
      if (left <= 0) return false;
      milliseconds = static_cast<int>(std::min<std::int64_t>(left, INT32_MAX));
    }
    pollfd watched[] = {{what.signals.descriptor(), POLLIN, 0}, {what.process, POLLIN, 0}, {descriptor, events, 0}};
    const int ready = poll(watched, std::size(watched), milliseconds);
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    if (watched[0].revents != 0 || watched[1].revents != 0) return false;
    if (watched[2].revents != 0) return true;
  }
}

}  // namespace

// A process without CAP_BPF keeps CAP_SYS_ADMIN, which includes it; before 5.8 there is no CAP_BPF.
void keep_only_reading(const console& to) {
  using loader::capability;
  if (to.process != process_of::verb) return;
  const auto given_up = loader::keep_only({loader::has(capability::bpf) ? capability::bpf : capability::sys_admin});
  if (!given_up)
    to.err << "lsmith: privileges are kept, because dropping them failed: " << to_string(given_up.error()) << std::endl;
}

std::optional<clock::time_point> after(std::optional<std::chrono::milliseconds> time) {
  return time ? std::optional(clock::now() + *time) : std::nullopt;
}

// An event is written only when the output has room for a line. While it has none, a signal or the end of the time still ends
// the wait.
void follow(std::optional<loader::event_reader>& reader, programs::event_writer& events, const console& to, const until& what) {
  bool running = true, closed = false;
  const auto write = [&](bytes record) {
    if (closed) return events.skip();
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    if (poll(&output, 1, 0) != 1) running = running && wait_for(STDOUT_FILENO, POLLOUT, what);
    if (!running && poll(&output, 1, 0) != 1) return events.skip();
    events.write(record);
    if (to.out.flush()) return;  // for each line: poll(2) does not count what is still in our buffer
    closed = true;
    if (what.closed_output == closed_output::ends) running = false;
    else
      to.err << "lsmith: the output cannot be written any more; the policy stays enforced, and its events are only counted"
             << std::endl;
  };
  while (running && wait_for(reader ? reader->descriptor() : -1, POLLIN, what)) reader->drain(write);
  if (reader) reader->drain(write);  // what arrived after the last wait, as far as the output has room
}

std::string to_sentence(const end_of_events& end) {
  std::string text = "ended: " + std::to_string(end.written) + (end.written == 1 ? " event, " : " events, ");
  text += end.lost ? std::to_string(*end.lost) + " lost" : "lost unknown: " + to_string(end.lost.error());
  if (end.suppressed)
    text += *end.suppressed ? ", " + std::to_string(**end.suppressed) + " suppressed"
                            : ", suppressed unknown: " + to_string(end.suppressed->error());
  if (end.unwritten != 0) text += ", " + std::to_string(end.unwritten) + " not written";
  if (!end.missed) return text;
  if (!*end.missed) return text + ", calls missed unknown: " + to_string(end.missed->error());
  const std::uint64_t calls = **end.missed;
  return calls == 0 ? text : text + ", " + std::to_string(calls) + (calls == 1 ? " call missed" : " calls missed");
}

void print_end(const end_of_events& end, const console& to) {
  if (!to.json()) return;
  if (!end.lost) keep_for_json(to, faults(end.lost.error()));
  if (end.suppressed && !*end.suppressed) keep_for_json(to, faults(end.suppressed->error()));
  if (end.missed && !*end.missed) keep_for_json(to, faults(end.missed->error()));
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  if (poll(&output, 1, 0) != 1) return to.problems->clear();
  {
    programs::json_object row(to.out);
    row.number("events", end.written);
    row.number("not_written", end.unwritten);
    if (end.lost) row.number("lost", *end.lost);
    if (end.suppressed && *end.suppressed) row.number("suppressed", **end.suppressed);
    if (end.missed && *end.missed) row.number("missed", **end.missed);
    write_errors(row, to);
  }
  to.out << '\n';
}

}  // namespace lsmith::cli
