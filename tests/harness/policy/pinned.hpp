// A policy that the command pins, and checks of what is left of it. Shared by all tests of pinned policies.
#pragma once

#include <string>
#include <vector>

#include <lsmith/tests/harness/policy/command.hpp>

namespace lsmith::tests {

/// The arguments `run deny-socket-family --family FAMILIES --system --pin web`, followed by `more`.
std::vector<std::string> pin_words(std::vector<std::string> more = {}, const std::string& families = "AF_PACKET");

/// The path of the guest's own command, /bin/lsmith, followed by these arguments.
std::vector<std::string> command_line(std::vector<std::string> words);

/// Pins a policy as "web", and detaches it when it goes out of scope.
struct pinned_web {
  explicit pinned_web(const std::vector<std::string>& words = pin_words()) : said(lsmith_says(words)) {}
  ~pinned_web() { lsmith_says({"detach", "web"}); }
  outcome said;
};

/// The number of LSM programs in the kernel. Waits up to 10 s until it is `expected`, because the kernel frees a program a
/// moment after its last reference is dropped.
std::size_t programs_held(std::size_t expected);

/// Checks that every LSM program in the kernel belongs to a pinned policy or to a leftover.
void check_all_is_listed();

/// Checks that nothing is pinned, nothing is left over and no LSM program is loaded.
void check_nothing_is_left();

/// Writes a file of /proc/sys or /sys. Returns whether the kernel accepted the value.
bool write_setting(const char* path, const char* value);

}  // namespace lsmith::tests
