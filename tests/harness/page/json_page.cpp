#include <lsmith/tests/harness/page/json_page.hpp>

#include <doctest/doctest.h>

#include <lsmith/tests/harness/page/page.hpp>

namespace lsmith::tests {
namespace {

constexpr const char* page = "docs/json.md";

std::string to_text(const json_shape& all) {
  std::string text;
  for (const std::string& line : all) text += (text.empty() ? "" : ", ") + line;
  return text;
}

json_shape without(const json_shape& all, const json_shape& others) {
  json_shape rest;
  for (const std::string& line : all)
    if (!others.contains(line)) rest.insert(line);
  return rest;
}

/// Without the lines of this list and of its elements.
json_shape without_list(const json_shape& all, std::string_view list) {
  json_shape rest;
  for (const std::string& line : all)
    if (list.empty() || !line.starts_with(std::string(list) + "[]")) rest.insert(line);
  return rest;
}

/// Without "x[] empty" where the elements of another x[] are known.
json_shape without_empty(const json_shape& all) {
  json_shape rest;
  for (const std::string& line : all) {
    const std::string path(path_of(line));
    const bool is_known = all.contains(path + " object") || all.contains(path + " string");
    if (!line.ends_with(" empty") || !is_known) rest.insert(line);
  }
  return rest;
}

}  // namespace

json_shape described_members(const std::string& heading) {
  json_shape all;
  const std::string text = read_page(page);
  for (const auto& row : rows_of(section_of(text, heading)))
    if (row.size() == 3) all.insert(unquoted(row[0]) + " " + row[1]);
  return all;
}

json_shape example_members(const std::string& heading) {
  json_shape all;
  const std::string text = read_page(page);
  for (const fenced_block& block : blocks_of(section_of(text, heading)))
    if (block.kind == "json") CHECK_MESSAGE(add_shape(block.text, all), block.text);
  return without_empty(all);
}

void check_described(const std::string& heading, const std::string& printed, std::string_view may_be_empty) {
  CAPTURE(heading);
  json_shape all;
  CHECK_MESSAGE(add_shape(printed, all), printed);
  const bool is_empty = all.contains(std::string(may_be_empty) + "[] empty");
  const std::string_view list = is_empty ? may_be_empty : std::string_view{};
  const json_shape shown = without_list(without_list(without_empty(all), list), heading == "Errors" ? "" : "errors");
  const json_shape described = without_list(described_members(heading), list);
  CHECK_MESSAGE(!described.empty(), "docs/json.md has no section about it");
  CHECK_MESSAGE(without(shown, described).empty(), "printed, and not described: ", to_text(without(shown, described)));
  CHECK_MESSAGE(without(described, shown).empty(), "described, and not printed: ", to_text(without(described, shown)));
}

}  // namespace lsmith::tests
