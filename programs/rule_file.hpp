// Rules from a file: one a line, words separated by blanks, comments from '#' to the end of the line. What is wrong is told
// as file:line:column, all of it at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/faults.hpp>

namespace lsmith::programs {

/// A word of a rule, and where it stands.
struct rule_word {
  std::string_view text;
  place where;
};

/// The words of one rule; never empty.
using rule_line = std::vector<rule_word>;

/// A file of rules. The words live as long as it does; the places as long as the process.
class rule_file {
 public:
  /// Errors: file_unreadable, not_a_file; text_unexpected where there is no rule.
  static result<rule_file> read(const std::string& path);

  const std::vector<rule_line>& rules() const { return rules_; }
  const place& start() const { return start_; }

 private:
  std::vector<char> content_;
  std::vector<rule_line> rules_;
  place start_;
};

}  // namespace lsmith::programs
