// Killing a command at a chosen moment, to see what it leaves behind. The moments that matter are those between system
// calls: in between nothing outside the process changes.
#pragma once

#include <string>
#include <vector>

namespace lsmith::tests {

/// How a command ended.
struct ending {
  bool killed = false;  ///< false: it was over before its n-th system call
  int status = 0;       ///< exit status, when it was not killed
};

/// Runs a command, without its output, and kills it (SIGKILL) right after its n-th system call, counted from 1; 0 kills it
/// before the first. Calls that follow each other and change nothing outside the process (reading, as of the kernel's types,
/// and taking memory for it) count as one.
ending run_killed_after(unsigned calls, const std::vector<std::string>& words);

}  // namespace lsmith::tests
