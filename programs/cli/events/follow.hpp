// Following a policy's events until somebody has seen enough: a signal, the end of a time, or of the process that the
// policy binds.
#pragma once

#include <signal.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/report/event_lines.hpp>

namespace lsmith::cli {

/// SIGINT, SIGTERM and SIGHUP as something to poll for, while it lives. One that the caller had set to be ignored stays
/// ignored: nohup means what it says.
class ending_signals {
 public:
  ending_signals();
  ~ending_signals();
  ending_signals(const ending_signals&) = delete;
  ending_signals& operator=(const ending_signals&) = delete;

  int descriptor() const { return descriptor_.get(); }

 private:
  sigset_t before_;
  fd descriptor_;
};

/// What ends the following of events.
struct until {
  const ending_signals& signals;
  std::optional<std::chrono::steady_clock::time_point> end = {};
  int process = -1;  ///< readable when the bound process has ended; -1 for none
};

/// Gives up, where the process is the verb's own, every capability that following events does not need: all but CAP_BPF, with
/// which the counter of lost events is read. Says so if the kernel does not let it.
void keep_only_reading(const console& to);

/// The moment after this time, if one is given.
std::optional<std::chrono::steady_clock::time_point> after(std::optional<std::chrono::milliseconds> time);

/// Prints events until it is time to end, then whatever is still there. A reader of our output that does not read cannot
/// keep us: what finds no room then is counted as not written.
void follow(std::optional<loader::event_reader>& reader, programs::event_writer& events, std::ostream& out, const until& what);

/// The last line of run and watch: "ended: 3 events, 0 lost". `lost` is the counter of the policy; null when it has none.
std::string ended(const programs::event_writer& events, const loader::live_map* lost);

}  // namespace lsmith::cli
