// The text of a source line, for whoever loads or exports a program: the kernel's log then shows the statement beside the
// instructions that came of it. The file is read where it can be; a program that runs elsewhere than it was compiled has none.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/location.hpp>

namespace lsmith {

/// Whether sources are looked for.
enum class statements : std::uint8_t {
  read,    ///< the statement where its file can be read, else the instruction
  ignore,  ///< the instruction always; no file is opened
};

/// Lines of source files, each file read once.
class source_texts {
 public:
  explicit source_texts(statements use = statements::read) : use_(use) {}

  /// The line without the blanks around it, at most `longest` bytes of it; empty when there is none: the file is not there, is
  /// no regular file or larger than 4 MiB, or has no such line. Valid until the next call.
  std::string_view line(const location& where);

  static constexpr std::size_t longest = 200;

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
