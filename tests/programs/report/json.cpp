#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <lsmith/programs/report/json.hpp>

namespace {

std::string as_json(std::string_view text) {
  std::ostringstream out;
  lsmith::programs::write_json_string(out, text);
  return out.str();
}

}  // namespace

TEST_CASE("json: a string is ASCII, a character is its code point, and a byte that is no part of a character can be restored") {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"plain \"quoted\" \\"sv, R"("plain \"quoted\" \\")"sv},
      {"\0\x1f\x7f"sv, R"("\u0000\u001f\u007f")"sv},
      {"\xc3\xa9"sv, R"("\u00e9")"sv},
      {"\xe2\x82\xac"sv, R"("\u20ac")"sv},
      {"\xf0\x9f\x98\x80"sv, R"("\ud83d\ude00")"sv},
      {"\xff"sv, R"("\udcff")"sv},
      {"\xc3"sv, R"("\udcc3")"sv},
      {"\xed\xb3\xbf"sv, R"("\udced\udcb3\udcbf")"sv},  // a surrogate in UTF-8 is no character
      {"a\xc0\x80z"sv, R"("a\udcc0\udc80z")"sv},
  };
  for (const auto& [text, expected] : rows) CHECK(as_json(text) == expected);
}
