// Assembly text has four kinds of tokens: registers, words, numbers, and marks such as "s>>=" or "(". Lines matter: a
// statement ends with its line, and what follows "#", "//" or ";" is a comment (the kernel's log and llvm-objdump put
// source lines behind ";").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lsmith::isa::text {

enum class token_kind : std::uint8_t { end, word, number, r_register, w_register, mark };

/// A piece of a line. `text` points into it.
struct token {
  token_kind kind = token_kind::end;
  std::string_view text = {};
  std::uint64_t value = 0;    ///< of a number, or of a register
  bool too_large = false;     ///< the number does not fit 64 bits
};

namespace letters {

// What a letter can be part of, looked up: most of the time goes into asking that.
enum class_bit : std::uint8_t { digit = 1, hex = 2, word_start = 4, space = 8 };

inline constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> of{};
  for (unsigned c = '0'; c <= '9'; ++c) of[c] = digit | hex;
  for (unsigned c = 'a'; c <= 'z'; ++c) of[c] = of[c - 'a' + 'A'] = c <= 'f' ? word_start | hex : word_start;
  of['_'] = of['.'] = word_start;
  of[' '] = of['\t'] = of['\r'] = space;
  return of;
}();

constexpr std::uint8_t class_of(char c) { return classes[static_cast<unsigned char>(c)]; }
constexpr bool is_digit(char c) { return (class_of(c) & digit) != 0; }
constexpr bool is_hex(char c) { return (class_of(c) & hex) != 0; }
constexpr bool starts_word(char c) { return (class_of(c) & word_start) != 0; }
constexpr bool is_in_word(char c) { return (class_of(c) & (word_start | digit)) != 0; }
constexpr bool is_space(char c) { return (class_of(c) & space) != 0; }

}  // namespace letters

/// Reads the tokens of one line.
class lexer {
 public:
  constexpr explicit lexer(std::string_view line) : rest_(line.data()), end_(line.data() + line.size()) { advance(); }

  /// The token that comes next.
  constexpr const token& peek() const { return next_; }
  /// The next token, which is then gone.
  constexpr token take() {
    const token taken = next_;
    advance();
    return taken;
  }
  /// Takes the token if it is this word or mark.
  constexpr bool take(std::string_view text) {
    if (next_.text != text || next_.kind == token_kind::end) return false;
    advance();
    return true;
  }
  /// The letter behind the next token: tells "-5" from "-r1".
  constexpr char letter_behind() const {
    const char* at = rest_;
    while (at != end_ && letters::is_space(*at)) ++at;
    return at == end_ ? '\0' : *at;
  }
  /// Everything from the next token to the end of the line.
  constexpr std::string_view rest() const { return {next_.text.data(), static_cast<std::size_t>(end_ - next_.text.data())}; }

 private:
  constexpr void advance() {
    while (rest_ != end_ && letters::is_space(*rest_)) ++rest_;
    if (rest_ == end_ || is_comment()) {
      set(token_kind::end, rest_);
      rest_ = end_;
    } else if (letters::is_digit(*rest_)) {
      read_number();
    } else if (is_signed_mark()) {
      read_mark();
    } else if (letters::starts_word(*rest_)) {
      read_word();
    } else {
      read_mark();
    }
  }

  constexpr bool is_comment() const {
    return *rest_ == '#' || *rest_ == ';' || (*rest_ == '/' && end_ - rest_ > 1 && rest_[1] == '/');
  }

  // The signed operators start with a letter: s> s>= s< s<= s>>= s/= s%=.
  constexpr bool is_signed_mark() const {
    if (*rest_ != 's' || end_ - rest_ < 2) return false;
    const char second = rest_[1];
    return second == '<' || second == '>' || second == '/' || second == '%';
  }

  constexpr void read_number() {
    const char* start = rest_;
    std::uint64_t base = 10;
    if (*rest_ == '0' && end_ - rest_ > 2 && (rest_[1] == 'x' || rest_[1] == 'X') && letters::is_hex(rest_[2])) {
      base = 16;
      rest_ += 2;
    }
    std::uint64_t value = 0;
    bool too_large = false;
    for (; rest_ != end_ && (base == 16 ? letters::is_hex(*rest_) : letters::is_digit(*rest_)); ++rest_) {
      const char c = *rest_;
      const auto digit = static_cast<std::uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
      too_large |= value > (UINT64_MAX - digit) / base;
      value = value * base + digit;
    }
    // A number that runs into letters, like 12ab, is one wrong word.
    const bool broken = rest_ != end_ && letters::is_in_word(*rest_);
    while (rest_ != end_ && letters::is_in_word(*rest_)) ++rest_;
    set(broken ? token_kind::word : token_kind::number, start, value);
    next_.too_large = too_large;
  }

  constexpr void read_word() {
    const char* start = rest_++;
    while (rest_ != end_ && letters::is_in_word(*rest_)) ++rest_;
    const std::ptrdiff_t size = rest_ - start;
    if ((*start == 'r' || *start == 'w') && (size == 2 || size == 3) && letters::is_digit(start[1]) &&
        letters::is_digit(rest_[-1]))
      return read_register(start, size);
    set(token_kind::word, start);
  }

  // r0 to r99: which of them there are is not a matter of letters.
  constexpr void read_register(const char* start, std::ptrdiff_t size) {
    auto number = static_cast<std::uint64_t>(start[1] - '0');
    if (size == 3) number = number * 10 + static_cast<std::uint64_t>(start[2] - '0');
    set(*start == 'r' ? token_kind::r_register : token_kind::w_register, start, number);
  }

  // The longest mark: an operator with all that belongs to it, else one letter.
  constexpr void read_mark() {
    const char* start = rest_;
    const auto at = [&](char c) { return rest_ != end_ && *rest_ == c; };
    if (*rest_ == 's') ++rest_;
    const char first = *rest_++;
    if ((first == '<' || first == '>') && at(first)) {
      ++rest_;
      if (at('=')) ++rest_;
    } else if (std::string_view("+-*/|&%^<>=!").find(first) != std::string_view::npos && at('=')) {
      ++rest_;
    }
    set(token_kind::mark, start);
  }

  // Field by field: a whole token would be written twice.
  constexpr void set(token_kind kind, const char* start, std::uint64_t value = 0) {
    next_.kind = kind;
    next_.text = {start, static_cast<std::size_t>(rest_ - start)};
    next_.value = value;
    next_.too_large = false;
  }

  const char* rest_;
  const char* end_;
  token next_ = {};
};

}  // namespace lsmith::isa::text
