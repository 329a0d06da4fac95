// Prints a policy's events until a signal arrives, the time is over, or the process that the policy binds has ended. Shared by
// run and watch.
#pragma once

#include <signal.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/report/event_lines.hpp>

namespace lsmith::cli {

/// Blocks SIGINT, SIGTERM and SIGHUP while it lives, and makes a descriptor readable when one arrives. A signal that the
/// process ignores stays ignored, so that nohup works. Also blocks SIGPIPE: a process that the policy binds can cause an event,
/// and must not be able to end the policy by it. The destructor discards what arrived and restores the signal mask.
class ending_signals {
 public:
  ending_signals();
  ~ending_signals();
  ending_signals(const ending_signals&) = delete;
  ending_signals& operator=(const ending_signals&) = delete;

  /// Whether the signal ends follow(); not if the process ignores it, as a shell lets its background jobs ignore SIGINT.
  bool includes(int signal) const { return sigismember(&ending_, signal) == 1; }

  /// A signalfd for poll(2), owned by this object; -1 if it could not be made.
  int descriptor() const { return descriptor_.get(); }

 private:
  sigset_t before_, ending_;
  fd descriptor_;
};

/// What follow() does when the output cannot be written, as after `| head`.
enum class closed_output : std::uint8_t {
  continues,  ///< says so once, and counts the events: this process holds the policy
  ends,
};

/// What ends follow(): the first of these.
struct until {
  const ending_signals& signals;  ///< must outlive this
  std::optional<std::chrono::steady_clock::time_point> end = {};  ///< nothing: no limit
  cli::closed_output closed_output = cli::closed_output::ends;
  int process = -1;  ///< a pidfd, readable when the bound process has ended; -1 for none; not owned
};

/// Drops every capability that follow() does not need, for good, if the verb has a process of its own. CAP_BPF is kept to read
/// the counter of lost events. Prints a sentence if the kernel refuses.
void keep_only_reading(const console& to);

/// The moment when this time will be over, counted from now; nothing if no time is given.
std::optional<std::chrono::steady_clock::time_point> after(std::optional<std::chrono::milliseconds> time);

/// Prints events until it is time to end, then those that are still in the buffer. A full output, such as a pipe that no
/// process reads, does not delay the end: events without room are then counted as not written. `reader` is empty for a policy
/// without events.
void follow(std::optional<loader::event_reader>& reader, programs::event_writer& events, const console& to, const until& what);

/// What run and watch report when they end.
struct end_of_events {
  std::uint64_t written = 0, unwritten = 0;  ///< events that were printed, and that could not be printed
  result<std::uint64_t> lost = 0;            ///< for which the buffer had no room
  std::optional<result<std::uint64_t>> suppressed = {};  ///< beyond the limit per second; nothing: there is no limit
  std::optional<result<std::uint64_t>> missed = {};  ///< calls for which the kernel skipped the programs; nothing: not counted
};

/// Counts. `policy` is a loader::enforcement or loader::pinned_policy, whose maps count the events that were not reported.
template <class Policy>
end_of_events count_events(const programs::event_writer& events, const Policy& policy) {
  end_of_events end{.written = events.written(), .unwritten = events.unwritten()};
  if (const loader::live_map* lost = policy.find_map(reserved::lost)) end.lost = loader::read_counter(*lost);
  if (const loader::live_map* more = policy.find_map(reserved::suppressed)) end.suppressed = loader::read_counter(*more);
  return end;
}

/// "ended: 3 events, 0 lost", and what else is not 0.
std::string to_sentence(const end_of_events& end);

/// With --json: prints the counts as the last object, unless the output has no room for it. A count that is unknown is left
/// out, and its error is kept for JSON.
void print_end(const end_of_events& end, const console& to);

}  // namespace lsmith::cli
