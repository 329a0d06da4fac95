// Reads a file of rules: one rule per line, words separated by blanks, comments from '#' to the end of the line. Each word has
// its location, so that faults are reported as file:line:column.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/btf/base/faults.hpp>

namespace lsmith::programs {

/// A word of a rule, and its location.
struct rule_word {
  std::string_view text;
  location where;
};

/// A file that is read rule by rule, since it may have a million of them. The text of the words lives as long as this object.
/// Their locations are valid for as long as the process runs.
class rule_file {
 public:
  static constexpr std::size_t most_words = 4;  ///< of a rule; words after them are ignored

  /// Errors: file_unreadable, not_a_file.
  static result<rule_file> read(const std::string& path);

  /// The words of the next rule, empty after the last one. The span is valid until the next call.
  std::span<const rule_word> next();

  /// The location of the file's first character.
  location start() const { return {name_, 1, 1}; }

 private:
  std::size_t split(std::string_view line);

  std::string content_;
  const char* name_ = nullptr;
  std::size_t at_ = 0;  ///< offset of the next line
  std::uint32_t line_ = 0;
  std::array<rule_word, most_words> words_ = {};
};

}  // namespace lsmith::programs
