#include <lsmith/tests/harness/page/page.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace lsmith::tests {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream all{std::string(text)};
  for (std::string line; std::getline(all, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(' ');
  return from == text.npos ? std::string() : std::string(text.substr(from, text.find_last_not_of(' ') - from + 1));
}

/// The cells of "| a | b |"; a bar after a backslash does not end one.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '|' && line[i - 1] != '\\') cells.push_back(trimmed(cell)), cell.clear();
    else cell += line[i];
  }
  return cells;
}

}  // namespace

std::string read_page(const std::string& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, path, " cannot be read; run the tests from the top of the tree");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string_view section_of(std::string_view page, std::string_view heading) {
  const std::string start = "\n## " + std::string(heading) + "\n";
  const std::size_t at = page.find(start);
  if (at == page.npos) return {};
  const std::string_view rest = page.substr(at + start.size());
  return rest.substr(0, rest.find("\n## "));
}

std::vector<std::string> headings_of(std::string_view page) {
  std::vector<std::string> found;
  for (const std::string& line : lines_of(page))
    if (line.starts_with("## ")) found.push_back(line.substr(3));
  return found;
}

std::vector<fenced_block> blocks_of(std::string_view page) {
  std::vector<fenced_block> found;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string& line : lines_of(page)) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) found.push_back({line.substr(3), {}, number});
    } else if (inside) {
      found.back().text += line + '\n';
    }
  }
  return found;
}

std::vector<std::vector<std::string>> rows_of(std::string_view page) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : lines_of(page))
    if (line.starts_with("| `")) rows.push_back(cells_of(line));
  return rows;
}

std::string unquoted(std::string_view cell) {
  std::string text(cell);
  std::erase(text, '`');
  return text;
}

}  // namespace lsmith::tests
