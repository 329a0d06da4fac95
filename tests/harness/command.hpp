// The command within the test's own process: its words in, its status and what it printed out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::tests {

/// How a call of the command ended.
struct outcome {
  int status;
  std::string out, err;
};

/// Runs the command with these words, as `lsmith WORDS...` would.
outcome lsmith_says(const std::vector<std::string>& words);

/// Whether `part` stands in the text.
inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// The first text by this name in JSON; empty when there is none.
std::string text_in(std::string_view json, std::string_view member);

/// The first number by this name; 0 when there is none.
std::uint64_t number_in(std::string_view json, std::string_view member);

}  // namespace lsmith::tests
