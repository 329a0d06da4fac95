#include <lsmith/asm/text/instruction/line.hpp>

namespace lsmith::isa::text {

fault fault_at(cause why, const line_location& where, std::string_view about) {
  fault wrong = {.why = why, .during = stage::assemble, .where = where.of(about)};
  wrong.name = about;
  return wrong;
}

fault expected(std::string_view what, const line_location& where, std::string_view found) {
  fault wrong = fault_at(cause::text_unexpected, where, found);
  if (found.empty()) wrong.name = "the end of the line";
  wrong.of = what;
  return wrong;
}

std::optional<fault> read_number(lexer& line, const line_location& where, number& out) {
  const bool negative = line.at('-');
  if (is_sign(line)) line.skip();
  const token& digits = line.peek();
  if (digits.kind != token_kind::number) return expected("a number", where, digits);
  const bool octal = digits.text.size() > 1 && digits.text[0] == '0' && characters::is_digit(digits.text[1]);
  if (octal) [[unlikely]]
    return expected("a number without a leading zero, which elsewhere means octal", where, digits);
  const bool below = negative && digits.value > std::uint64_t{1} << 63;
  if (digits.too_large || below) return fault_at(cause::number_too_large, where, digits);
  out = negative ? number(static_cast<std::int64_t>(0 - digits.value)) : number(digits.value);
  line.skip();
  return {};
}

}  // namespace lsmith::isa::text
