#include <lsmith/tests/harness/page/json_shape.hpp>

#include <cctype>

namespace lsmith::tests {
namespace {

/// Reads JSON from left to right. Each function returns false at the first character that is wrong.
struct json_reader {
  std::string_view rest;
  json_shape& to;

  void skip_blanks() {
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.front()))) rest.remove_prefix(1);
  }

  bool take(char expected) {
    skip_blanks();
    if (rest.empty() || rest.front() != expected) return false;
    rest.remove_prefix(1);
    return true;
  }

  bool take_word(std::string_view word) {
    if (!rest.starts_with(word)) return false;
    rest.remove_prefix(word.size());
    return true;
  }

  bool note(const std::string& path, std::string_view type) {
    if (!path.empty()) to.insert(path + " " + std::string(type));
    return true;
  }

  bool read_escape() {
    if (rest.size() < 2) return false;
    const char kind = rest[1];
    const std::size_t length = kind == 'u' ? 6 : 2;
    if (std::string_view("\"\\/bfnrtu").find(kind) == std::string_view::npos || rest.size() < length) return false;
    for (std::size_t i = 2; i < length; ++i)
      if (!std::isxdigit(static_cast<unsigned char>(rest[i]))) return false;
    rest.remove_prefix(length);
    return true;
  }

  bool read_string(std::string& text) {
    if (!take('"')) return false;
    while (!rest.empty() && rest.front() != '"') {
      if (static_cast<unsigned char>(rest.front()) < 0x20) return false;
      if (rest.front() != '\\') {
        text += rest.front();
        rest.remove_prefix(1);
      } else if (!read_escape()) {
        return false;
      }
    }
    return take('"');
  }

  bool read_number() {
    if (rest.starts_with('-')) rest.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < rest.size() && std::isdigit(static_cast<unsigned char>(rest[digits]))) ++digits;
    if (digits == 0 || (digits > 1 && rest.front() == '0')) return false;
    rest.remove_prefix(digits);
    return true;
  }

  bool read_members(const std::string& path) {
    if (take('}')) return true;
    do {
      std::string name;
      skip_blanks();
      if (!read_string(name) || !take(':') || !read_value(path.empty() ? name : path + "." + name)) return false;
    } while (take(','));
    return take('}');
  }

  bool read_elements(const std::string& path) {
    if (take(']')) return note(path, "empty");
    do
      if (!read_value(path)) return false;
    while (take(','));
    return take(']');
  }

  bool read_value(const std::string& path) {
    skip_blanks();
    if (take('{')) return note(path, "object") && read_members(path);
    if (take('[')) return read_elements(path + "[]");
    if (rest.starts_with('"')) {
      std::string text;
      return read_string(text) && note(path, "string");
    }
    if (take_word("true") || take_word("false")) return note(path, "boolean");
    return read_number() && note(path, "number");
  }
};

}  // namespace

bool add_shape(std::string_view text, json_shape& to) {
  json_reader reader{text, to};
  for (reader.skip_blanks(); !reader.rest.empty(); reader.skip_blanks())
    if (!reader.read_value("")) return false;
  return true;
}

std::string_view path_of(std::string_view line) { return line.substr(0, line.rfind(' ')); }

}  // namespace lsmith::tests
