#include <lsmith/asm/debug/source_text.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/text/characters.hpp>

namespace lsmith {
namespace {

constexpr off_t largest = 4 << 20;

// Reads regular files only: reading a pipe or device with that name may never end. It uses system calls, because streams would
// add their locales to every static binary.
std::string read_file(const char* path) {
  struct stat about = {};
  if (::stat(path, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > largest) return {};
  const fd file(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return {};
  std::string content(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t have = 0;
  for (ssize_t got = 1; got > 0 && have < content.size(); have += static_cast<std::size_t>(std::max<ssize_t>(got, 0)))
    got = ::read(file.get(), content.data() + have, content.size() - have);
  content.resize(have);
  return content;
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

}  // namespace

const source_texts::file& source_texts::open(const char* path) {
  const auto known = files_.find(std::string_view(path));
  if (known != files_.end()) return known->second;
  file read{.content = read_file(path)};
  read.starts.push_back(0);
  for (std::size_t at = 0; (at = read.content.find('\n', at)) != std::string::npos;) read.starts.push_back(++at);
  return files_.emplace(path, std::move(read)).first->second;
}

std::string_view source_texts::line(const location& where) {
  if (use_ == statements::ignore || where.file == nullptr || where.line == 0) return {};
  const file& from = open(where.file);
  if (where.line > from.starts.size()) return {};
  const std::string_view rest = std::string_view(from.content).substr(from.starts[where.line - 1]);
  text_ = without_blanks(rest.substr(0, rest.find('\n'))).substr(0, longest);
  // The kernel's log is shown on terminals: no control characters.
  std::ranges::replace_if(text_, is_control, ' ');
  return text_;
}

}  // namespace lsmith
