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

/// The tokens of one line, all read at once: the loop over its letters then keeps everything in registers.
class lexer {
 public:
  explicit lexer(std::string_view line) : end_(line.data() + line.size()) { read(line.data()); }

  /// The token that comes next.
  const token& peek() const { return list_[next_]; }
  /// The next token, which is then gone. The line's end is never gone.
  token take() {
    const token taken = peek();
    skip();
    return taken;
  }
  /// Leaves the next token behind.
  void skip() { next_ += peek().kind != token_kind::end; }
  /// Takes the token if it is this word or mark.
  bool take(std::string_view text) {
    if (peek().text != text || peek().kind == token_kind::end) return false;
    ++next_;
    return true;
  }
  /// Whether the next token is this one letter.
  bool at(char mark) const { return peek().text.size() == 1 && peek().text[0] == mark; }
  /// The letter behind the next token: tells "-5" from "-r1".
  char character_behind() const {
    if (peek().kind == token_kind::end || list_[next_ + 1].text.empty()) return '\0';
    return list_[next_ + 1].text[0];
  }
  /// Whether a label stands next: a word, and a colon behind it.
  bool at_label() const { return peek().kind == token_kind::word && character_behind() == ':'; }
  /// Takes it, and reads on from there: a line has any number of labels, a lexer not so many tokens.
  token take_label() {
    const token name = take();
    skip();
    *this = lexer(rest());
    return name;
  }
  /// Everything from the next token to the end of the line, a comment included.
  std::string_view rest() const {
    return {peek().text.data(), static_cast<std::size_t>(end_ - peek().text.data())};
  }

 private:
  // No instruction and no directive has as many. A line that has more keeps its rest as one wrong word, at which it is
  // refused.
  static constexpr std::size_t most = 30;

  void read(const char* at) {
    token* into = list_;
    for (;; ++into) {
      while (at != end_ && letters::is_space(*at)) ++at;
      if (at == end_ || starts_comment(at)) break;
      if (into == list_ + most) {
        *into++ = {token_kind::word, {at, static_cast<std::size_t>(end_ - at)}, 0, false};
        at = end_;
        break;
      }
      if (letters::is_digit(*at)) at = read_number(at, *into);
      else if (letters::starts_word(*at) && !starts_signed_mark(at)) at = read_word(at, *into);
      else at = read_mark(at, *into);
    }
    *into = {token_kind::end, {at, 0}, 0, false};
  }

  bool starts_comment(const char* at) const {
    return *at == '#' || *at == ';' || (*at == '/' && end_ - at > 1 && at[1] == '/');
  }

  // The signed operators start with a letter: s> s>= s< s<= s>>= s/= s%=.
  bool starts_signed_mark(const char* at) const {
    return *at == 's' && end_ - at > 1 && (at[1] == '<' || at[1] == '>' || at[1] == '/' || at[1] == '%');
  }

  static std::string_view between(const char* start, const char* end) {
    return {start, static_cast<std::size_t>(end - start)};
  }

  const char* read_number(const char* start, token& into) const {
    const char* at = start;
    const bool hex = *at == '0' && end_ - at > 2 && (at[1] | 0x20) == 'x' && letters::is_hex(at[2]);
    if (hex) at += 2;
    const std::uint64_t base = hex ? 16 : 10;
    std::uint64_t value = 0;
    bool too_large = false;
    for (; at != end_ && (hex ? letters::is_hex(*at) : letters::is_digit(*at)); ++at) {
      const auto digit = static_cast<std::uint64_t>(*at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10);
      // 2^60 and more may overflow with the next digit; below that nothing can.
      if (value >> 60 != 0) too_large |= value > (UINT64_MAX - digit) / base;
      value = value * base + digit;
    }
    // A number that runs into letters, like 12ab, is one wrong word.
    const bool broken = at != end_ && letters::is_in_word(*at);
    while (at != end_ && letters::is_in_word(*at)) ++at;
    into = {broken ? token_kind::word : token_kind::number, between(start, at), value, too_large};
    return at;
  }

  const char* read_word(const char* start, token& into) const {
    const char* at = start + 1;
    while (at != end_ && letters::is_in_word(*at)) ++at;
    into = {token_kind::word, between(start, at), 0, false};
    // r0 to r99: which of them there are is not a matter of letters.
    const std::ptrdiff_t size = at - start;
    if ((*start != 'r' && *start != 'w') || size < 2 || size > 3) return at;
    if (!letters::is_digit(start[1]) || !letters::is_digit(at[-1])) return at;
    into.kind = *start == 'r' ? token_kind::r_register : token_kind::w_register;
    into.value = static_cast<std::uint64_t>(start[1] - '0');
    if (size == 3) into.value = into.value * 10 + static_cast<std::uint64_t>(start[2] - '0');
    return at;
  }

  // The longest mark: an operator with all that belongs to it, else one letter.
  const char* read_mark(const char* start, token& into) const {
    const char* at = start;
    const auto next_is = [&](char c) { return at != end_ && *at == c; };
    if (*at == 's') ++at;
    const char first = *at++;
    if ((first == '<' || first == '>') && next_is(first)) {
      ++at;
      if (next_is('=')) ++at;
    } else if (next_is('=') && std::string_view("+-*/|&%^<>=!").find(first) != std::string_view::npos) {
      ++at;
    }
    into = {token_kind::mark, between(start, at), 0, false};
    return at;
  }

  const char* end_;
  std::size_t next_ = 0;
  union {
    token list_[most + 2];  // what is not read is not touched
  };
};

}  // namespace lsmith::isa::text
