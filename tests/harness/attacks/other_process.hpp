// Another process, and what a process may do to it.
#pragma once

#include <string>

#include <sys/types.h>

namespace lsmith::tests {

/// A process of this user that waits until this object is destroyed.
struct sleeper {
  pid_t id;
  explicit sleeper(uid_t user = 0);
  ~sleeper();
  sleeper(const sleeper&) = delete;
  sleeper& operator=(const sleeper&) = delete;
  std::string file(const char* name) const { return "/proc/" + std::to_string(id) + "/" + name; }
};

/// Attaches to the process as a tracer, and detaches again: 0 or the errno.
int attach_and_leave(pid_t process);

/// Takes a descriptor of the process (pidfd_getfd): 0 or the errno; not_possible without pidfd_open (5.3).
int take_descriptor(pid_t process, int descriptor = 0);

}  // namespace lsmith::tests
