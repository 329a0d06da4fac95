// A policy that is pinned by the command, and what is left of it: the same for every test of what stays in force.
#pragma once

#include <string>
#include <vector>

#include <lsmith/tests/harness/command.hpp>

namespace lsmith::tests {

/// `run deny-socket-family --system --pin web`, with more words.
std::vector<std::string> pin_words(std::vector<std::string> more = {}, const std::string& families = "AF_PACKET");

/// The words as the guest's own command takes them.
std::vector<std::string> command_line(std::vector<std::string> words);

/// A policy by the name of "web", taken away at the end.
struct pinned_web {
  explicit pinned_web(const std::vector<std::string>& words = pin_words()) : said(lsmith_says(words)) {}
  ~pinned_web() { lsmith_says({"detach", "web"}); }
  outcome said;
};

/// Programs of BPF LSM that the kernel holds, once it has let go of those that nobody holds any more.
std::size_t programs_held(std::size_t expected);

/// Checks that whatever is in force is listed: by its name, or as left over.
void check_all_is_listed();

/// Checks that nothing is pinned, nothing left over and no program in force.
void check_nothing_is_left();

/// Writes a file of /proc/sys or /sys; whether the kernel took it.
bool write_setting(const char* path, const char* value);

}  // namespace lsmith::tests
