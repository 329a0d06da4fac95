// JSON for --json: what the command's listings need and no more. Kernel strings (a comm, say) are any bytes and need not be
// UTF-8; every byte that is no printable ASCII is escaped as the code point of that number, so the output is always valid
// and the bytes can be had back.
#pragma once

#include <ostream>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lsmith::programs {

/// Writes the text as a JSON string, quotes included.
inline void write_json_string(std::ostream& out, std::string_view text) {
  out << '"';
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') out << '\\' << letter;
    else if (code < 0x20 || code > 0x7e) out << "\\u00" << "0123456789abcdef"[code >> 4] << "0123456789abcdef"[code & 15];
    else out << letter;
  }
  out << '"';
}

/// Writes the members of one object, with commas between them, and closes it when it goes out of scope.
class json_object {
 public:
  explicit json_object(std::ostream& out) : out_(out) { out_ << '{'; }
  ~json_object() { out_ << '}'; }
  json_object(const json_object&) = delete;
  json_object& operator=(const json_object&) = delete;

  /// Writes the name; the value is written by the caller to the stream that is returned.
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

/// Writes the elements of a range as a JSON list; `write` writes one.
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
