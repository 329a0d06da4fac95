#include <lsmith/asm/dsl/values/value.hpp>

#include <algorithm>
#include <ranges>
#include <string>

#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

value value::operator[](const name& member) const { return {of(), of().member(id(), member)}; }

value value::as(const name& type) const { return {of(), of().cast(id(), type)}; }

value value::advanced_by(const value& bytes) const { return {of(), of().advance(id(), bytes.id())}; }

text value::text(std::uint32_t size, written_at where) const { return {of(), of().text(id(), size, where)}; }

path_text value::path(std::uint32_t size, written_at where) const { return {of(), of().path(id(), size, where)}; }

byte_block value::bytes(std::uint32_t size, written_at where) const { return {of(), of().block(id(), size, where)}; }

condition value::in(std::initializer_list<std::int64_t> any) const { return in<std::initializer_list<std::int64_t>>(any); }

value value::from_network() const { return {of(), of().byte_swap(id())}; }

value value::or_zero() const { return {of(), of().or_zero(id())}; }

condition::condition(const value& tested) : condition(tested.of(), tested.of().test(tested.id())) {}

condition text::operator==(std::string_view other) const {
  std::string whole(other);
  whole += '\0';
  return {of(), of().same_bytes(id(), whole, static_cast<std::uint32_t>(whole.size()))};
}

condition text::operator!=(std::string_view other) const { return !(*this == other); }

condition text::starts_with(std::string_view prefix) const {
  return {of(), of().same_bytes(id(), prefix, static_cast<std::uint32_t>(prefix.size()))};
}

condition path_text::starts_with(std::string_view prefix, unknown otherwise) const {
  const condition known = text::starts_with(prefix);
  return otherwise == unknown::counts_as_true ? condition(known.of(), known.of().or_unknown(known.id())) : known;
}

condition byte_block::operator==(std::span<const std::uint8_t> other) const {
  const std::string all(other.begin(), other.end());
  return {of(), of().same_bytes(id(), all, static_cast<std::uint32_t>(all.size()))};
}

condition byte_block::operator!=(std::span<const std::uint8_t> other) const { return !(*this == other); }

condition operator&&(const condition& left, const condition& right) {
  return {left.of(), left.of().pair(op::both, left.id(), right.id())};
}

condition operator||(const condition& left, const condition& right) {
  return {left.of(), left.of().pair(op::either, left.id(), right.id())};
}

condition operator!(const condition& other) { return {other.of(), other.of().negation(other.id())}; }

namespace detail {

value literal(const value& other, isa::number written) {
  recording& in = other.of();
  return {in, in.number(written, in[other.id()].where)};
}

value known_number(recording& in, isa::number written, const written_at& where) { return {in, in.number(written, where)}; }

value arithmetic(std::uint8_t code, const value& left, const value& right) {
  return {left.of(), left.of().arithmetic(code, left.id(), right.id())};
}

condition compare(std::uint8_t code, const value& left, const value& right) {
  return {left.of(), left.of().compare(code, left.id(), right.id())};
}

namespace {

/// Bit n of the mask is set for each number n, from 0 to 63. Any other number has a bit set above the lowest six.
condition has_its_bit(const value& tested, std::uint64_t mask) {
  recording& in = tested.of();
  const node& what = in[tested.id()];
  const value above = what.type.bits == 64 ? tested & ~std::uint64_t{63} : tested & ~std::uint32_t{63};
  return !condition(above) && condition((known_number(in, mask, what.where) >> tested) & 1);
}

}  // namespace

condition any_of(const value& tested, const std::vector<std::int64_t>& numbers) {
  constexpr std::size_t many = 5;  // for this many numbers or more, the mask takes fewer instructions
  recording& in = tested.of();
  const bool small = std::ranges::all_of(numbers, [](std::int64_t one) { return one >= 0 && one < 64; });
  if (numbers.size() >= many && small && in[tested.id()].type.what == value_kind::number) {
    std::uint64_t mask = 0;
    for (const std::int64_t one : numbers) mask |= std::uint64_t{1} << one;
    return has_its_bit(tested, mask);
  }
  if (numbers.empty()) return known_number(in, 0, in[tested.id()].where);
  condition found = tested == numbers.front();
  for (const std::int64_t one : numbers | std::views::drop(1)) found = found || tested == one;
  return found;
}

}  // namespace detail
}  // namespace lsmith::dsl
