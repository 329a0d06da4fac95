#include <lsmith/asm/text/shape.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <lsmith/asm/text/lexer.hpp>

namespace lsmith::isa::text {
namespace {

// What stands for a value in a shape; no text has these letters. Numbers are told apart by their signs, since some places want
// one: "(r1 + 8)", "goto +2".
constexpr char an_r = 1, a_w = 2, a_number = 3, a_close_sign = 4, a_sign_apart = 5, a_label = 6;

// What a letter of a line is for.
enum class letter : std::uint8_t { stranger, plain, word, digit, sign, comment, end };

constexpr std::array<letter, 256> letters_are = [] {
  std::array<letter, 256> are{};
  for (unsigned c = 0; c < 256; ++c)
    if (letters::starts_word(static_cast<char>(c))) are[c] = letter::word;
  for (unsigned c = '0'; c <= '9'; ++c) are[c] = letter::digit;
  for (const char c : std::string_view(" ()[]*=<>&|^%!,")) are[static_cast<unsigned char>(c)] = letter::plain;
  are['+'] = are['-'] = letter::sign;
  are['#'] = are[';'] = are['/'] = letter::comment;
  are['\n'] = letter::end;
  return are;
}();

// Up to eight letters as one number.
std::uint64_t eight_at(const char* from) {
  std::uint64_t eight;
  std::memcpy(&eight, from, 8);
  return eight;
}
std::uint64_t packed(std::string_view word) {
  std::uint64_t made = 0;
  std::memcpy(&made, word.data(), std::min<std::size_t>(word.size(), 8));
  return made;
}

// ------------------------------------------------------------------------------------------------------------- reading --

// The words that a label follows.
struct jump_words {
  std::array<std::uint64_t, 4> all = {};

  bool contains(std::uint64_t word) const { return word == all[0] || word == all[1] || word == all[2] || word == all[3]; }
  void add(std::uint64_t word) {
    if (!contains(word)) *std::ranges::find(all, 0u) = word;
  }
};

// Reads a line and lays its shape down, which is never longer than the line. Each step says whether the line may still have one.
// The shape lies apart from the reader, whose members then stay in registers.
class shape_reader {
 public:
  shape_reader(const char* at, char* shape, values& all) : at_(at), shape_(shape), to_(shape), all_(all) {}

  /// Up to the newline. Behind the shape there are eight zeros then.
  [[gnu::always_inline]] bool read(const jump_words& jumps) {
    for (;;) {
      bool sound = false;
      switch (letters_are[static_cast<unsigned char>(*at_)]) {
        case letter::plain: copy_plain(); continue;
        case letter::word: sound = take_word(jumps); break;
        case letter::digit: sound = take_number(at_, a_number); break;
        case letter::sign: sound = take_sign(); break;
        case letter::comment: sound = take_comment(); break;
        case letter::stranger: return false;
        case letter::end: return finish();
      }
      if (!sound) return false;
    }
  }

  std::size_t length() const { return static_cast<std::size_t>(to_ - shape_); }

 private:
  void copy_plain() {
    do *to_++ = *at_++;
    while (letters_are[static_cast<unsigned char>(*at_)] == letter::plain);
  }

  bool finish() {
    while (to_ != shape_ && to_[-1] == ' ') --to_;
    std::memset(to_, 0, 8);
    return true;
  }

  static bool is_register(const char* at) {
    return (*at == 'r' || *at == 'w') && letters::is_digit(at[1]) && !letters::is_in_word(at[letters::is_digit(at[2]) ? 3 : 2]);
  }

  [[gnu::always_inline]] bool take_word(const jump_words& jumps) {
    if (is_register(at_)) return take_register();
    const char* const start = at_;
    do *to_++ = *at_++;
    while (letters::is_in_word(*at_));
    if (*at_ != ' ' || !letters::starts_word(at_[1]) || is_register(at_ + 1)) return true;
    if (!jumps.contains(packed({start, static_cast<std::size_t>(at_ - start)}))) return true;
    *to_++ = *at_++;
    return take_label();
  }

  [[gnu::always_inline]] bool take_register() {
    const char* const start = at_;
    unsigned number = static_cast<unsigned>(at_[1] - '0');
    at_ += 2;
    if (letters::is_digit(*at_)) number = number * 10 + static_cast<unsigned>(*at_++ - '0');
    if (number > 10 || all_.count == most_values) return false;
    const bool whole = *start == 'r';
    *to_++ = whole ? an_r : a_w;
    add(whole ? step_kind::r_register : step_kind::w_register, start).amount.value = number;
    return true;
  }

  bool take_label() {
    const char* const start = at_;
    while (letters::is_in_word(*at_)) ++at_;
    if (all_.count == most_values) return false;
    *to_++ = a_label;
    value& made = add(step_kind::target, start);
    made.is = value::kind::label;
    made.label = made.at;
    return true;
  }

  // A sign without a number behind it belongs to a mark.
  [[gnu::always_inline]] bool take_sign() {
    if (letters::is_digit(at_[1])) return take_number(at_ + 1, a_close_sign);
    if (at_[1] == ' ' && letters::is_digit(at_[2])) return take_number(at_ + 2, a_sign_apart);
    *to_++ = *at_++;
    return true;
  }

  // As many digits as always fit: nineteen, or sixteen hexadecimal ones.
  bool take_number(const char* digits, char stands_for) {
    const char* const start = at_;
    std::uint64_t amount = 0;
    const bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
    if (digits[0] == '0' && letters::is_digit(digits[1])) return false;
    at_ = digits + 2 * hex;
    const char* const first = at_;
    if (hex) {
      for (; letters::is_hex(*at_); ++at_) amount = amount << 4 | static_cast<unsigned>(*at_ <= '9' ? *at_ - '0' : (*at_ | 0x20) - 'a' + 10);
    } else {
      for (; letters::is_digit(*at_); ++at_) amount = amount * 10 + static_cast<unsigned>(*at_ - '0');
    }
    if (at_ == first || at_ - first > (hex ? 16 : 19) || letters::is_in_word(*at_) || all_.count == most_values) return false;
    const bool negative = *start == '-';
    if (negative && amount > std::uint64_t{1} << 63) return false;
    *to_++ = stands_for;
    value& made = add(step_kind::number, start);
    made.amount = negative ? number(static_cast<std::int64_t>(0 - amount)) : number(amount);
    if (stands_for != a_number) made.at = {start, 1};
    return true;
  }

  // A slash alone is an operator's. Right behind a word "#" may be a number's; that is for the grammar.
  bool take_comment() {
    if (*at_ == '/' && at_[1] != '/') return *to_++ = *at_++, true;
    if (*at_ == '#' && to_ != shape_ && to_[-1] != ' ') return false;
    while (*at_ != '\n') ++at_;
    return true;
  }

  value& add(step_kind kind, const char* start) { return all_.add(kind, {start, static_cast<std::size_t>(at_ - start)}); }

  const char* at_;
  char* const shape_;
  char* to_;
  values& all_;
};

// ----------------------------------------------------------------------------------------------------------- the table --

/// A row as somebody would write it, and where in it the fields stand.
struct example {
  std::string line = {};
  std::vector<std::pair<std::size_t, char>> fields = {};

  slot_of_value slot_at(std::size_t offset, const value& written) const {
    for (const auto& [at, field] : fields)
      if (at == offset) return {field, 0};
    return {0, static_cast<std::uint8_t>(written.amount.value)};  // a register that must be this one
  }
};

// What may stand for a field. One example for each shape.
std::vector<std::string_view> spellings(char field) {
  switch (field) {
    case 'D':
    case 'S': return {"r1"};
    case 'd':
    case 's': return {"w1"};
    case 'o': return {" + 8", " +8"};
    case 'x': return {"", " + 8", " +8"};
    case 'j':
    case 'l': return {"+2", "label"};
    case 'p':
    case 'f':
    case 'c':
    case 'k': return {};  // the value chooses the row
    default: return {"5", "-5"};
  }
}

class shape_table {
 public:
  shape_table() {
    places_.fill(nowhere);
    all_.reserve(places_.size() / 2);
    for (const form& row : table()) {
      spell(row, row.text, {});
      if (row.mnemonic != "ld_imm64") spell(row, row.kernel_text, {});  // that one needs its opcode in front
    }
  }

  const shape* find(const char* text, std::size_t length) const {
    const std::uint16_t number = places_[location_of(text, length)];
    return number != nowhere && all_[number].row != nullptr ? &all_[number] : nullptr;
  }

  const jump_words& jumps() const { return jumps_; }

 private:
  static constexpr std::uint16_t nowhere = 0xffff;

  static std::size_t hash_of(const char* text, std::size_t length) {
    std::uint64_t hash = length;
    for (std::size_t at = 0; at < length; at += 8) {
      hash = (hash ^ eight_at(text + at)) * 0x9e37'79b9'7f4a'7c15;
      hash ^= hash >> 29;
    }
    return hash;
  }
  static bool same(const char* one, const char* other, std::size_t length) {
    for (std::size_t at = 0; at < length; at += 8)
      if (eight_at(one + at) != eight_at(other + at)) return false;
    return one[length] == '\0';
  }

  // Where the shape is, or would be put.
  std::size_t location_of(const char* text, std::size_t length) const {
    std::size_t at = hash_of(text, length) % places_.size();
    while (places_[at] != nowhere && !same(all_[places_[at]].text.data(), text, length)) at = (at + 1) % places_.size();
    return at;
  }

  // All ways of writing what is left of the row's text.
  void spell(const form& row, std::string_view text, const example& before) {
    const std::size_t brace = text.find('{');
    example made = before;
    made.line += text.substr(0, brace);
    if (brace == text.npos) return made.line.empty() ? void() : add(row, made);
    const char field = text[brace + 1];
    if (field == 'j' || field == 'l') jumps_.add(packed(std::string_view(made.line).substr(0, made.line.size() - 1).substr(made.line.rfind(' ', made.line.size() - 2) + 1)));
    for (const std::string_view spelling : spellings(field)) {
      example next = made;
      if (!spelling.empty()) next.fields.push_back({made.line.size() + spelling.starts_with(' '), field});
      next.line += spelling;
      spell(row, text.substr(brace + 3), next);
    }
  }

  void add(const form& row, const example& written) {
    const std::string line = written.line + '\n';
    assert(line.size() <= shape::longest);
    shape made = {.row = &row};
    values all;
    shape_reader reader(line.data(), made.text.data(), all);
    if (!reader.read(jumps_)) return;
    for (std::size_t i = 0; i < all.count; ++i)
      made.slots.push_back(written.slot_at(static_cast<std::size_t>(all.list[i].at.data() - line.data()), all.list[i]));
    std::uint16_t& number = places_[location_of(made.text.data(), reader.length())];
    if (number != nowhere) {
      if (all_[number].row != &row) all_[number].row = nullptr;
      return;
    }
    assert(all_.size() < places_.size() / 2);
    number = static_cast<std::uint16_t>(all_.size());
    all_.push_back(std::move(made));
  }

  std::vector<shape> all_;
  jump_words jumps_;
  std::array<std::uint16_t, 2048> places_;
};

const shape_table& shapes() {
  static const shape_table made;
  return made;
}

}  // namespace

bool read_shaped(const char* at, const char* newline, shaped_line& into) {
  while (*at == ' ' || *at == '\t') ++at;
  if (newline - at > static_cast<std::ptrdiff_t>(shape::longest)) return false;
  const shape_table& table = shapes();
  char text[shape::longest + 8];
  into.first = at;
  into.all.count = 0;
  shape_reader reader(at, text, into.all);
  if (!reader.read(table.jumps())) return false;
  into.known = table.find(text, reader.length());
  return into.known != nullptr;
}

}  // namespace lsmith::isa::text
