// Runs the command within the test's own process. Gives its exit status and what it printed.
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

/// Runs the command with these arguments, as `lsmith WORDS...` would.
outcome lsmith_says(const std::vector<std::string>& words);

/// Whether `part` occurs in the text.
inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// The first string with this member name in JSON, without unescaping; empty when there is none.
std::string text_in(std::string_view json, std::string_view member);

/// The first number with this member name in JSON; 0 when there is none.
std::uint64_t number_in(std::string_view json, std::string_view member);

}  // namespace lsmith::tests
