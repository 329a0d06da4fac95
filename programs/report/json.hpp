// Writes JSON for --json, as far as the command needs it. Strings from the kernel (such as a comm) are any bytes, not always
// UTF-8. A byte that is no part of a UTF-8 character is written as the code point U+DC00 plus its number, which no character has:
// the output is ASCII and valid JSON, and the bytes can be restored (Python's os.fsencode does it).
#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>
#include <type_traits>
#include <utility>

#include <lsmith/btf/text/printable.hpp>

namespace lsmith::programs {

namespace detail {

/// Writes "\u" and four digits.
inline void write_escape(std::ostream& out, std::uint32_t unit) {
  out << "\\u";
  for (const unsigned shift : {12u, 8u, 4u, 0u}) out << "0123456789abcdef"[unit >> shift & 15];
}

inline void write_code_point(std::ostream& out, std::uint32_t code) {
  if (code == '"' || code == '\\') out << '\\' << static_cast<char>(code);
  else if (code >= 0x20 && code < 0x7f) out << static_cast<char>(code);
  else if (code < 0x10000) write_escape(out, code);
  else {
    write_escape(out, 0xd800 + ((code - 0x10000) >> 10));
    write_escape(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
  }
}

}  // namespace detail

/// Writes the text as a JSON string, quotes included.
inline void write_json_string(std::ostream& out, std::string_view text) {
  out << '"';
  while (!text.empty()) {
    const auto [length, code] = lsmith::detail::first_character(text);
    detail::write_code_point(out, length != 0 ? code : 0xdc00u + static_cast<unsigned char>(text.front()));
    text.remove_prefix(length != 0 ? length : 1);
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
