// Runs a command in a process of its own and reads what it prints.
#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace lsmith::tests {

/// A child process with its two output streams. Killed and waited for when it goes out of scope.
class process {
 public:
  /// Runs the program words[0], a path, with these arguments.
  explicit process(const std::vector<std::string>& words);
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// Reads until `text` has been printed to either stream; false if both streams end first, or after a minute.
  bool wait_for(const std::string& text);

  void signal(int number) const;

  /// Reads to the end of both streams and waits: the exit status, or 128 plus the signal's number.
  int finish();

  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }
  pid_t id() const { return id_; }

 private:
  bool read_some(int milliseconds);

  pid_t id_ = -1;
  int streams_[2] = {-1, -1};
  std::string out_, err_;
  std::optional<int> status_;
};

/// The text of /proc/PID/status; empty when there is no such process.
std::string status_of(pid_t process);

}  // namespace lsmith::tests
