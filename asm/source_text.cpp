#include <lsmith/asm/source_text.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace lsmith {
namespace {

constexpr std::uintmax_t largest = 4 << 20;

// Nothing but a regular file: a pipe or device of that name may never end.
std::string read_file(const char* path) {
  std::error_code wrong;
  if (!std::filesystem::is_regular_file(path, wrong) || wrong) return {};
  if (std::filesystem::file_size(path, wrong) > largest || wrong) return {};
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
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

std::string_view source_texts::line(const place& where) {
  if (use_ == statements::ignore || where.file == nullptr || where.line == 0) return {};
  const file& from = open(where.file);
  if (where.line > from.starts.size()) return {};
  const std::string_view rest = std::string_view(from.content).substr(from.starts[where.line - 1]);
  text_ = without_blanks(rest.substr(0, rest.find('\n'))).substr(0, longest);
  // What the kernel prints goes to terminals.
  std::ranges::replace_if(text_, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return text_;
}

}  // namespace lsmith
