// Assembly text has four kinds of tokens: registers, words, numbers, and marks such as "s>>=" or "(". A statement ends with
// its line. Text after "#", "//" or ";" is a comment (the kernel's log and llvm-objdump put source lines after ";").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lsmith::isa::text {

enum class token_kind : std::uint8_t { end, word, number, r_register, w_register, mark };

/// A token. `text` points into the line.
struct token {
  token_kind kind = token_kind::end;
  std::string_view text = {};
  std::uint64_t value = 0;    ///< of a number, or of a register
  bool too_large = false;     ///< the number does not fit 64 bits
};

namespace characters {

// What a character can be part of. It is a table because the lexer spends most of its time on this test.
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

}  // namespace characters

/// The tokens of one line. All are read at once, so that the loop over the characters keeps its state in CPU registers. The
/// line is not owned: it must outlive the lexer and the tokens.
class lexer {
 public:
  /// `line` has no newline.
  explicit lexer(std::string_view line) : end_(line.data() + line.size()) { read(line.data()); }

  /// The next token; at the end of the line it is of kind `end`.
  const token& peek() const { return list_[next_]; }
  /// Returns the next token and moves past it. The end of the line can be taken any number of times.
  token take() {
    const token taken = peek();
    skip();
    return taken;
  }
  /// Moves past the next token.
  void skip() { next_ += peek().kind != token_kind::end; }
  /// Moves past the next token if it is this word or mark, and returns whether it was.
  bool take(std::string_view text) {
    if (peek().text != text || peek().kind == token_kind::end) return false;
    ++next_;
    return true;
  }
  /// Whether the next token is this one character.
  bool at(char mark) const { return peek().text.size() == 1 && peek().text[0] == mark; }
  /// The first character of the token after the next one, or 0 at the end: it distinguishes "-5" from "-r1".
  char character_after() const {
    if (peek().kind == token_kind::end || list_[next_ + 1].text.empty()) return '\0';
    return list_[next_ + 1].text[0];
  }
  /// Whether the next two tokens are a label: a word and a colon.
  bool at_label() const { return peek().kind == token_kind::word && character_after() == ':'; }
  /// Moves past the label and its colon, and returns its name. The rest of the line is read anew, because a line may have any
  /// number of labels, but a lexer only `most` tokens.
  token take_label() {
    const token name = take();
    skip();
    *this = lexer(rest());
    return name;
  }
  /// The end of the line.
  const char* end() const { return end_; }
  /// The text from the next token to the end of the line, including a comment.
  std::string_view rest() const { return {peek().text.data(), static_cast<std::size_t>(end_ - peek().text.data())}; }

 private:
  // Every instruction and directive has fewer tokens. The rest of a longer line becomes one word, which no rule accepts, and
  // the fault is reported there.
  static constexpr std::size_t most = 30;

  void read(const char* at) {
    token* into = list_;
    for (;; ++into) {
      while (at != end_ && characters::is_space(*at)) ++at;
      if (at == end_ || starts_comment(at)) break;
      if (into == list_ + most) {
        *into++ = {token_kind::word, {at, static_cast<std::size_t>(end_ - at)}, 0, false};
        at = end_;
        break;
      }
      if (characters::is_digit(*at)) at = read_number(at, *into);
      else if (characters::starts_word(*at) && !starts_signed_mark(at)) at = read_word(at, *into);
      else at = read_mark(at, *into);
    }
    *into = {token_kind::end, {at, 0}, 0, false};
  }

  bool starts_comment(const char* at) const { return *at == '#' || *at == ';' || (*at == '/' && end_ - at > 1 && at[1] == '/'); }

  // The signed operators start with the letter s: s> s>= s< s<= s>>= s/= s%=.
  bool starts_signed_mark(const char* at) const {
    return *at == 's' && end_ - at > 1 && (at[1] == '<' || at[1] == '>' || at[1] == '/' || at[1] == '%');
  }

  static std::string_view between(const char* start, const char* end) { return {start, static_cast<std::size_t>(end - start)}; }

  const char* read_number(const char* start, token& into) const {
    const char* at = start;
    const bool hex = *at == '0' && end_ - at > 2 && (at[1] | 0x20) == 'x' && characters::is_hex(at[2]);
    if (hex) at += 2;
    const std::uint64_t base = hex ? 16 : 10;
    std::uint64_t value = 0;
    bool too_large = false;
    for (; at != end_ && (hex ? characters::is_hex(*at) : characters::is_digit(*at)); ++at) {
      const auto digit = static_cast<std::uint64_t>(*at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10);
      // A value below 2^60 cannot overflow with the next digit.
      if (value >> 60 != 0) too_large |= value > (UINT64_MAX - digit) / base;
      value = value * base + digit;
    }
    // A number that is directly followed by letters, like 12ab, becomes one word, which no rule accepts.
    const bool broken = at != end_ && characters::is_in_word(*at);
    while (at != end_ && characters::is_in_word(*at)) ++at;
    into = {broken ? token_kind::word : token_kind::number, between(start, at), value, too_large};
    return at;
  }

  const char* read_word(const char* start, token& into) const {
    const char* at = start + 1;
    while (at != end_ && characters::is_in_word(*at)) ++at;
    into = {token_kind::word, between(start, at), 0, false};
    // r0 to r99 become register tokens. The parser reports those above r10.
    const std::ptrdiff_t size = at - start;
    if ((*start != 'r' && *start != 'w') || size < 2 || size > 3) return at;
    if (!characters::is_digit(start[1]) || !characters::is_digit(at[-1])) return at;
    into.kind = *start == 'r' ? token_kind::r_register : token_kind::w_register;
    into.value = static_cast<std::uint64_t>(start[1] - '0');
    if (size == 3) into.value = into.value * 10 + static_cast<std::uint64_t>(start[2] - '0');
    return at;
  }

  // The longest mark: a whole operator, else one character.
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
    token list_[most + 2];  // uninitialized beyond the tokens of the line
  };
};

}  // namespace lsmith::isa::text
