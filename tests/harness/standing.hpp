// Calling the command from where a process may stand: with fewer capabilities, behind a seccomp filter, in another namespace.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include <lsmith/loader/kernel/privilege.hpp>

namespace lsmith::tests {

/// How the command ended, and what it said.
struct said {
  int status = 0;
  std::string out = {}, err = {};
};

/// Runs the command in a child process that first goes where `there` leads; false there ends it with status 255.
said lsmith_there(const std::function<bool()>& there, const std::vector<std::string>& words);

/// Another uid (4711), holding these capabilities alone.
bool hold_only(std::initializer_list<loader::capability> kept);

/// A seccomp filter answers bpf(2) with this errno.
bool filter_bpf(int number);

/// A user namespace of its own, where it is root.
bool enter_user_namespace();

/// A mount namespace of its own, where this path is no longer mounted.
bool unmount(const char* path);

}  // namespace lsmith::tests
