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

// The characters that replace values in a shape. A line that has such a character itself has no shape. A number has one of
// three, by its sign, because some fields need a sign: 5, +2 as in "goto +2", or + 8 as in "(r1 + 8)".
constexpr char an_r = 1, a_w = 2, a_number = 3, a_close_sign = 4, a_sign_apart = 5, a_label = 6;

// What a character of a line is part of. A line with any `other` has no shape.
enum class character_kind : std::uint8_t { other, plain, word, digit, sign, comment, end };

constexpr std::array<character_kind, 256> character_kinds = [] {
  std::array<character_kind, 256> kinds{};
  for (unsigned c = 0; c < 256; ++c)
    if (characters::starts_word(static_cast<char>(c))) kinds[c] = character_kind::word;
  for (unsigned c = '0'; c <= '9'; ++c) kinds[c] = character_kind::digit;
  for (const char c : std::string_view(" ()[]*=<>&|^%!,")) kinds[static_cast<unsigned char>(c)] = character_kind::plain;
  kinds['+'] = kinds['-'] = character_kind::sign;
  kinds['#'] = kinds[';'] = kinds['/'] = character_kind::comment;
  kinds['\n'] = character_kind::end;
  return kinds;
}();

// Up to eight characters as one number.
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

// The words that a label may follow, such as "goto".
struct jump_words {
  std::array<std::uint64_t, 4> all = {};

  bool contains(std::uint64_t word) const { return word == all[0] || word == all[1] || word == all[2] || word == all[3]; }
  void add(std::uint64_t word) {
    if (!contains(word)) *std::ranges::find(all, 0u) = word;
  }
};

// Reads a line and writes its shape, which is never longer than the line. Each step returns whether the line may still have a
// shape. The shape is stored outside the reader, so that the compiler keeps the reader's members in registers.
class shape_reader {
 public:
  shape_reader(const char* at, char* shape, values& all) : at_(at), shape_(shape), to_(shape), all_(all) {}

  /// Reads up to the newline, and writes eight zeros after the shape.
  [[gnu::always_inline]] bool read(const jump_words& jumps) {
    for (;;) {
      bool sound = false;
      switch (character_kinds[static_cast<unsigned char>(*at_)]) {
        case character_kind::plain: copy_plain(); continue;
        case character_kind::word: sound = take_word(jumps); break;
        case character_kind::digit: sound = take_number(at_, a_number); break;
        case character_kind::sign: sound = take_sign(); break;
        case character_kind::comment: sound = take_comment(); break;
        case character_kind::other: return false;
        case character_kind::end: return finish();
      }
      if (!sound) return false;
    }
  }

  std::size_t length() const { return static_cast<std::size_t>(to_ - shape_); }

 private:
  void copy_plain() {
    do *to_++ = *at_++;
    while (character_kinds[static_cast<unsigned char>(*at_)] == character_kind::plain);
  }

  bool finish() {
    while (to_ != shape_ && to_[-1] == ' ') --to_;
    std::memset(to_, 0, 8);
    return true;
  }

  static bool is_register(const char* at) {
    return (*at == 'r' || *at == 'w') && characters::is_digit(at[1]) && !characters::is_in_word(at[characters::is_digit(at[2]) ? 3 : 2]);
  }

  [[gnu::always_inline]] bool take_word(const jump_words& jumps) {
    if (is_register(at_)) return take_register();
    const char* const start = at_;
    do *to_++ = *at_++;
    while (characters::is_in_word(*at_));
    if (*at_ != ' ' || !characters::starts_word(at_[1]) || is_register(at_ + 1)) return true;
    if (!jumps.contains(packed({start, static_cast<std::size_t>(at_ - start)}))) return true;
    *to_++ = *at_++;
    return take_label();
  }

  [[gnu::always_inline]] bool take_register() {
    const char* const start = at_;
    unsigned number = static_cast<unsigned>(at_[1] - '0');
    at_ += 2;
    if (characters::is_digit(*at_)) number = number * 10 + static_cast<unsigned>(*at_++ - '0');
    if (number > 10 || all_.count == most_values) return false;
    const bool whole = *start == 'r';
    *to_++ = whole ? an_r : a_w;
    add(whole ? step_kind::r_register : step_kind::w_register, start).amount.value = number;
    return true;
  }

  bool take_label() {
    const char* const start = at_;
    while (characters::is_in_word(*at_)) ++at_;
    if (all_.count == most_values) return false;
    *to_++ = a_label;
    value& made = add(step_kind::target, start);
    made.is = value::kind::label;
    made.label = made.at;
    return true;
  }

  // A sign that no number follows is part of a mark.
  [[gnu::always_inline]] bool take_sign() {
    if (characters::is_digit(at_[1])) return take_number(at_ + 1, a_close_sign);
    if (at_[1] == ' ' && characters::is_digit(at_[2])) return take_number(at_ + 2, a_sign_apart);
    *to_++ = *at_++;
    return true;
  }

  // Takes only as many digits as always fit 64 bits: 19 decimal or 16 hexadecimal ones.
  bool take_number(const char* digits, char replacement) {
    const char* const start = at_;
    std::uint64_t amount = 0;
    const bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
    if (digits[0] == '0' && characters::is_digit(digits[1])) return false;
    at_ = digits + 2 * hex;
    const char* const first = at_;
    if (hex) {
      for (; characters::is_hex(*at_); ++at_) amount = amount << 4 | static_cast<unsigned>(*at_ <= '9' ? *at_ - '0' : (*at_ | 0x20) - 'a' + 10);
    } else {
      for (; characters::is_digit(*at_); ++at_) amount = amount * 10 + static_cast<unsigned>(*at_ - '0');
    }
    if (at_ == first || at_ - first > (hex ? 16 : 19) || characters::is_in_word(*at_) || all_.count == most_values) return false;
    const bool negative = *start == '-';
    if (negative && amount > std::uint64_t{1} << 63) return false;
    *to_++ = replacement;
    value& made = add(step_kind::number, start);
    made.amount = negative ? number(static_cast<std::int64_t>(0 - amount)) : number(amount);
    if (replacement != a_number) made.at = {start, 1};
    return true;
  }

  // A single slash is an operator. A "#" directly after a word may begin a helper's number, which only the grammar reads.
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

/// One way to write a row, and where in it the fields are.
struct example {
  std::string line = {};
  std::vector<std::pair<std::size_t, char>> fields = {};  ///< offset in the line, field

  slot_of_value slot_at(std::size_t offset, const value& written) const {
    for (const auto& [at, field] : fields)
      if (at == offset) return {field, 0};
    return {0, static_cast<std::uint8_t>(written.amount.value)};  // a register that must be this one
  }
};

// What may be written for a field: one example for each shape.
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
    case 'k': return {};  // the value selects the row, so only the grammar reads it
    default: return {"5", "-5"};
  }
}

class shape_table {
 public:
  shape_table() {
    buckets_.fill(empty_bucket);
    all_.reserve(buckets_.size() / 2);
    for (const form& row : table()) {
      spell(row, row.text, {});
      if (row.mnemonic != "ld_imm64") spell(row, row.kernel_text, {});  // valid only after its opcode
    }
  }

  const shape* find(const char* text, std::size_t length) const {
    const std::uint16_t number = buckets_[bucket_of(text, length)];
    return number != empty_bucket && all_[number].row != nullptr ? &all_[number] : nullptr;
  }

  const jump_words& jumps() const { return jumps_; }

 private:
  static constexpr std::uint16_t empty_bucket = 0xffff;

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

  // The bucket that has the shape, or the empty one where it would be put. The table is never full.
  std::size_t bucket_of(const char* text, std::size_t length) const {
    std::size_t at = hash_of(text, length) % buckets_.size();
    while (buckets_[at] != empty_bucket && !same(all_[buckets_[at]].text.data(), text, length)) at = (at + 1) % buckets_.size();
    return at;
  }

  // Adds all ways to write the row: `before` is what is written so far, `text` the rest of the row's text.
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

  // A shape that two rows share belongs to neither: the values would select the row.
  void add(const form& row, const example& written) {
    const std::string line = written.line + '\n';
    assert(line.size() <= shape::longest);
    shape made = {.row = &row};
    values all;
    shape_reader reader(line.data(), made.text.data(), all);
    if (!reader.read(jumps_)) return;
    for (std::size_t i = 0; i < all.count; ++i)
      made.slots.push_back(written.slot_at(static_cast<std::size_t>(all.list[i].at.data() - line.data()), all.list[i]));
    std::uint16_t& number = buckets_[bucket_of(made.text.data(), reader.length())];
    if (number != empty_bucket) {
      if (all_[number].row != &row) all_[number].row = nullptr;
      return;
    }
    assert(all_.size() < buckets_.size() / 2);
    number = static_cast<std::uint16_t>(all_.size());
    all_.push_back(std::move(made));
  }

  std::vector<shape> all_;
  jump_words jumps_;
  std::array<std::uint16_t, 2048> buckets_;
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
