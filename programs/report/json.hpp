// Writes JSON for --json, as far as the command needs it. Strings from the kernel (such as a comm) are any bytes, not always
// UTF-8. So each byte that is not printable ASCII is escaped as the code point with its number: the output is always valid
// JSON, and the bytes can be restored.
#pragma once

#include <ostream>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lsmith::programs {

/// Writes the text as a JSON string, quotes included.
inline void write_json_string(std::ostream& out, std::string_view text) {
  out << '"';
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') out << '\\' << character;
    else if (code < 0x20 || code > 0x7e) out << "\\u00" << "0123456789abcdef"[code >> 4] << "0123456789abcdef"[code & 15];
    else out << character;
  }
  out << '"';
}

/// Writes one JSON object: the members with commas between them, and the closing brace when this goes out of scope.
class json_object {
 public:
  explicit json_object(std::ostream& out) : out_(out) { out_ << '{'; }
  ~json_object() { out_ << '}'; }
  json_object(const json_object&) = delete;
  json_object& operator=(const json_object&) = delete;

  /// Writes the name of a member. The caller then writes its value to the returned stream.
  std::ostream& member(std::string_view name) {
    if (!std::exchange(first_, false)) out_ << ',';
    write_json_string(out_, name);
    return out_ << ':';
  }
  void text(std::string_view name, std::string_view value) { write_json_string(member(name), value); }
  template <class Number>
    requires std::is_integral_v<Number>
  void number(std::string_view name, Number value) {
    member(name) << value;
  }
  void boolean(std::string_view name, bool value) { member(name) << (value ? "true" : "false"); }

 private:
  std::ostream& out_;
  bool first_ = true;
};

/// Writes a range as a JSON array. `write` is called with each element and writes it.
template <class Range, class Write>
void write_json_list(std::ostream& out, const Range& range, Write write) {
  out << '[';
  bool first = true;
  for (const auto& element : range) {
    if (!std::exchange(first, false)) out << ',';
    write(element);
  }
  out << ']';
}

}  // namespace lsmith::programs
