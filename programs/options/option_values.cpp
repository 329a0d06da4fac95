#include <lsmith/programs/options/option_values.hpp>

#include <algorithm>
#include <optional>

#include <lsmith/btf/text/numbers.hpp>

namespace lsmith::programs {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  return whole_number<std::uint64_t>(text, is_hex ? 16 : 10);
}

std::optional<std::uint64_t> find_number(std::string_view text, std::span<const named_number> known, std::uint64_t largest) {
  for (const named_number& one : known)
    if (one.name == text) return one.number;
  const auto number = parse_number(text);
  return number && *number <= largest ? number : std::nullopt;
}

}  // namespace

bool is_given(const option_values& values, std::string_view name) { return values.contains(name); }

given_value value_of(const option_values& values, std::string_view name, std::string_view otherwise) {
  const auto given = values.find(name);
  return given == values.end() ? given_value(std::string(otherwise)) : given->second;
}

std::vector<std::string> split_at_commas(std::string_view list) {
  std::vector<std::string> parts(1);
  for (const char character : list) {
    if (character == ',') parts.emplace_back();
    else parts.back() += character;
  }
  return parts;
}

std::vector<std::int64_t> numbers_of(policy& to, std::string_view option, const given_value& list,
                                     std::span<const named_number> known, std::uint64_t largest) {
  std::vector<std::int64_t> all;
  for (const std::string& part : split_at_commas(list.text)) {
    if (const auto number = find_number(part, known, largest)) all.push_back(static_cast<std::int64_t>(*number));
    else to.add_fault({.why = cause::value_invalid, .name = part, .of = option}, list.where);
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

}  // namespace lsmith::programs
