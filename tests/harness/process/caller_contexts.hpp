// Runs the command in another caller context: with fewer capabilities, under a seccomp filter, or in another namespace.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include <lsmith/loader/kernel/privilege.hpp>

namespace lsmith::tests {

/// How the command ended, and what it printed.
struct said {
  int status = 0;
  std::string out = {}, err = {};
};

/// Runs the command in a child process, after `there` has changed that process. If `there` returns false, the status is 255.
said lsmith_in_context(const std::function<bool()>& there, const std::vector<std::string>& words);

// Changes of the calling process. Each returns whether it succeeded.

/// Changes to uid 4711 with only these capabilities, and raises RLIMIT_MEMLOCK.
bool keep_only_capabilities(std::initializer_list<loader::capability> kept);

/// Installs a seccomp filter that fails bpf(2) with this errno.
bool filter_bpf(int number);

/// Enters a new user namespace as its root.
bool enter_user_namespace();

/// Enters a new mount namespace, in which this path is unmounted.
bool unmount(const char* path);

}  // namespace lsmith::tests
