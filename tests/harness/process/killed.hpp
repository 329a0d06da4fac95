// Kills a command at a chosen moment, to see what it leaves. Only the moments between two system calls matter, because nothing
// else changes anything outside the process.
#pragma once

#include <string>
#include <vector>

namespace lsmith::tests {

/// How a command ended.
struct ending {
  bool killed = false;  ///< false: it ended before its n-th system call
  int status = 0;       ///< exit status, when it was not killed
};

/// Runs a command with its output discarded, and kills it (SIGKILL) right after system call number `calls`, counted from 1;
/// 0 kills it before the first. Consecutive calls that change nothing outside the process, such as read, mmap and
/// BPF_OBJ_GET_INFO_BY_FD, count as one.
ending run_killed_after(unsigned calls, const std::vector<std::string>& words);

}  // namespace lsmith::tests
