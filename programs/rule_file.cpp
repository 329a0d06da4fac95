#include <lsmith/programs/rule_file.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>

namespace lsmith::programs {
namespace {

/// An error outlives the file it speaks of, and does not own the file's name.
const char* keep_name(const std::string& path) {
  static std::set<std::string> names;
  return names.insert(path).first->c_str();
}

bool is_blank(char letter) { return letter == ' ' || letter == '\t' || letter == '\r'; }

rule_line words_of(std::string_view line, const char* file, std::uint32_t number) {
  line = line.substr(0, line.find('#'));
  rule_line words;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && !is_blank(line[end])) ++end;
    words.push_back({line.substr(at, end - at), {file, number, static_cast<std::uint32_t>(at + 1)}});
    at = end;
  }
  return words;
}

}  // namespace

result<rule_file> rule_file::read(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return failure({.why = cause::not_a_file, .during = stage::open, .name = path});
  errno = 0;
  std::ifstream from(path, std::ios::binary);
  rule_file made;
  made.content_.assign(std::istreambuf_iterator<char>(from), {});
  if (!from) return failure({.why = cause::file_unreadable, .during = stage::open, .system_error = static_cast<std::uint16_t>(errno), .name = path});

  const char* name = keep_name(path);
  made.start_ = {name, 1, 1};
  std::string_view rest(made.content_.data(), made.content_.size());
  for (std::uint32_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (rule_line words = words_of(line, name, number); !words.empty()) made.rules_.push_back(std::move(words));
  }
  if (made.rules_.empty()) return failure({.why = cause::text_unexpected, .during = stage::open, .where = made.start_, .name = "nothing", .of = "a rule a line"});
  return made;
}

}  // namespace lsmith::programs
