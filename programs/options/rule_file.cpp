#include <lsmith/programs/options/rule_file.hpp>

#include <utility>

#include <lsmith/programs/options/files.hpp>

namespace lsmith::programs {
namespace {

bool is_blank(char character) { return character == ' ' || character == '\t' || character == '\r'; }

}  // namespace

result<rule_file> rule_file::read(const std::string& path) {
  auto content = read_whole(path);
  if (!content) return failure(content.error());
  rule_file made;
  made.content_ = std::move(*content);
  made.name_ = keep_name(path);
  return made;
}

std::size_t rule_file::split(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::size_t count = 0;
  for (std::size_t at = 0; at < line.size() && count < most_words;) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && !is_blank(line[end])) ++end;
    words_[count++] = {line.substr(at, end - at), {name_, line_, static_cast<std::uint32_t>(at + 1)}};
    at = end;
  }
  return count;
}

std::span<const rule_word> rule_file::next() {
  while (at_ < content_.size()) {
    const std::string_view rest = std::string_view(content_).substr(at_);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    at_ += line.size() + 1;
    ++line_;
    if (const std::size_t count = split(line); count != 0) return {words_.data(), count};
  }
  return {};
}

}  // namespace lsmith::programs
