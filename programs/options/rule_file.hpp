// Rules from a file: one a line, words separated by blanks, comments from '#' to the end of the line. What is wrong is told
// as file:line:column.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/btf/base/faults.hpp>

namespace lsmith::programs {

/// A word of a rule, and where it stands.
struct rule_word {
  std::string_view text;
  location where;
};

/// A file that is read rule by rule: it may hold a million of them. The words live as long as it does; the places, which name
/// the file, as long as the process.
class rule_file {
 public:
  static constexpr std::size_t most_words = 4;  ///< of a rule; what stands behind them is not looked at

  /// Errors: file_unreadable, not_a_file.
  static result<rule_file> read(const std::string& path);

  /// The words of the next rule, valid until the one after; none behind the last.
  std::span<const rule_word> next();

  /// The file's first character.
  location start() const { return {name_, 1, 1}; }

 private:
  std::size_t split(std::string_view line);

  std::string content_;
  const char* name_ = nullptr;
  std::size_t at_ = 0;  ///< where the next line begins
  std::uint32_t line_ = 0;
  std::array<rule_word, most_words> words_ = {};
};

}  // namespace lsmith::programs
