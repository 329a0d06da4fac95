#include <lsmith/programs/cli/events/follow.hpp>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <lsmith/loader/kernel/privilege.hpp>

namespace lsmith::cli {

using clock = std::chrono::steady_clock;

ending_signals::ending_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now;
    if (sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&wanted, signal);
  }
  sigprocmask(SIG_BLOCK, &wanted, &before_);
  descriptor_.reset(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

ending_signals::~ending_signals() {
  signalfd_siginfo taken;
  while (read(descriptor_.get(), &taken, sizeof taken) > 0) continue;  // else it would arrive when it is let through
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

namespace {

/// Waits until `descriptor` is ready for `events`: true then, false when it is time to end.
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

// CAP_SYS_ADMIN is kept only where it stands for CAP_BPF.
void keep_only_reading(const console& to) {
  using loader::capability;
  if (to.process != process_of::verb) return;
  const auto given_up = loader::keep_only({loader::has(capability::bpf) ? capability::bpf : capability::sys_admin});
  if (!given_up) to.err << "lsmith: the privilege is kept, since giving it up fails: " << to_string(given_up.error()) << std::endl;
}

std::optional<clock::time_point> after(std::optional<std::chrono::milliseconds> time) {
  return time ? std::optional(clock::now() + *time) : std::nullopt;
}

// An event is written only when there is room for a line, and while there is none, signals and time still count.
void follow(std::optional<loader::event_reader>& reader, programs::event_writer& events, std::ostream& out, const until& what) {
  bool going_on = true;
  const auto write = [&](bytes record) {
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    if (poll(&output, 1, 0) != 1) going_on = going_on && wait_for(STDOUT_FILENO, POLLOUT, what);
    if (!going_on && poll(&output, 1, 0) != 1) return events.skip();
    events.write(record);
    out.flush();  // line by line: what is buffered has no room yet
  };
  while (going_on && wait_for(reader ? reader->descriptor() : -1, POLLIN, what)) reader->drain(write);
  if (reader) reader->drain(write);  // what came while we turned to leave, as far as there is room for it
}

std::string ended(const programs::event_writer& events, const loader::live_map* lost) {
  std::string text = "ended: " + std::to_string(events.written()) + (events.written() == 1 ? " event, " : " events, ");
  const auto count = lost == nullptr ? result<std::uint64_t>(0) : loader::read_counter(*lost);
  text += count ? std::to_string(*count) + " lost" : "lost unknown: " + to_string(count.error());
  if (events.unwritten() != 0) text += ", " + std::to_string(events.unwritten()) + " not written";
  return text;
}

}  // namespace lsmith::cli
