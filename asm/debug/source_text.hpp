// The text of source lines, for code that loads or exports a program: the kernel's log then shows the statement next to its
// instructions. The file is read if it can be. A program that runs on another machine than it was compiled on usually has no
// source files.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/location.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// Whether source files are read for the line info of a program.
enum class statements : std::uint8_t {
  read,    ///< the statement if its file can be read, else the instruction
  ignore,  ///< the instruction always; no file is opened
};

/// Lines of source files. Each file is read once and kept in memory.
class source_texts {
 public:
  explicit source_texts(statements use = statements::read) : use_(use) {}

  /// The line without blanks at its ends, at most `longest` bytes; control characters are blanks. Empty if the file cannot be
  /// read, is no regular file, is larger than 4 MiB, or has no such line; always empty with statements::ignore. Valid until the
  /// next call.
  std::string_view line(const location& where);

  static constexpr std::size_t longest = 200;  ///< bytes

 private:
  struct file {
    std::string content = {};
    std::vector<std::size_t> starts = {};  ///< of the lines
  };
  const file& open(const char* path);

  statements use_;
  std::map<std::string, file, std::less<>> files_;
  std::string text_;
};

}  // namespace lsmith
#pragma GCC visibility pop
