#include <lsmith/programs/options/address_rules.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include <lsmith/btf/text/numbers.hpp>
#include <lsmith/programs/options/rule_file.hpp>

namespace lsmith::programs {
namespace {

constexpr std::string_view a_network = "a network like 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32";
constexpr std::string_view some_ports = "up to four ports or ranges like 443,8000-8099";
constexpr std::size_t most_faults = 10;  // when the wrong file is given, a report about each of its lines would not help

fault unexpected(const rule_word& what, std::string_view expected) {
  return {.why = cause::text_unexpected, .during = stage::open, .where = what.where, .name = what.text, .of = expected};
}

std::optional<unsigned> parse_number(std::string_view text, unsigned largest) {
  const auto number = whole_number<unsigned>(text);
  return number && *number <= largest ? number : std::nullopt;
}

/// A network, its 128-bit address as two numbers, so that networks can be sorted: a network comes before those inside it.
struct network {
  std::uint64_t high = 0, low = 0;
  unsigned bits = 128;
  open_ports ports = {};
  rule_word word = {};

  /// Whether this network is part of the other one, or is the same.
  bool is_within(const network& other) const {
    if (bits < other.bits) return false;
    if (((high ^ other.high) & mask(other.bits)) != 0) return false;
    return other.bits <= 64 || ((low ^ other.low) & mask(other.bits - 64)) == 0;
  }
  /// Whether a bit after the prefix is set. "10.0.0.1/8" is refused because it could mean a network or one address.
  bool is_too_precise() const {
    if (bits <= 64) return (high & ~mask(bits)) != 0 || low != 0;
    return (low & ~mask(bits - 64)) != 0;
  }
  bool operator<(const network& other) const {
    if (high != other.high) return high < other.high;
    return low != other.low ? low < other.low : bits < other.bits;
  }
  network_key key() const { return {bits, {to_network(high >> 32), to_network(high), to_network(low >> 32), to_network(low)}}; }

 private:
  static std::uint64_t mask(unsigned leading) { return leading == 0 ? 0 : leading >= 64 ? ~0ull : ~0ull << (64 - leading); }
  static std::uint32_t to_network(std::uint64_t number) { return htonl(static_cast<std::uint32_t>(number)); }
};

/// The address. `bits` is the length that a prefix of /0 has in the 128-bit address: 96 for IPv4, which is mapped into
/// ::ffff:0:0/96, and 0 for IPv6.
std::optional<network> parse_address(std::string_view text) {
  constexpr std::uint64_t mapped = 0xffff'0000'0000;
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof terminated) return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  std::uint32_t words[4] = {};
  if (inet_pton(AF_INET, terminated, words) == 1) return network{.low = mapped | ntohl(words[0]), .bits = 96};
  if (inet_pton(AF_INET6, terminated, words) != 1) return std::nullopt;
  const auto pair = [&](unsigned at) { return std::uint64_t{ntohl(words[at])} << 32 | ntohl(words[at + 1]); };
  return network{.high = pair(0), .low = pair(2), .bits = 0};
}

std::optional<network> parse_network(const rule_word& word, faults& wrong) {
  const std::size_t slash = word.text.find('/');
  auto made = parse_address(word.text.substr(0, slash));
  const unsigned longest = made ? 128 - made->bits : 0;
  const auto bits = slash == std::string_view::npos ? std::optional(longest) : parse_number(word.text.substr(slash + 1), longest);
  if (!made || !bits) {
    wrong.add(unexpected(word, a_network));
    return std::nullopt;
  }
  made->bits += *bits;
  made->word = word;
  if (!made->is_too_precise()) return made;
  wrong.add(unexpected(word, "a network whose bits after the prefix are zero"));
  return std::nullopt;
}

struct range {
  std::uint16_t first = 1, last = 0;
};
std::optional<range> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_number(text.substr(0, dash), UINT16_MAX);
  const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1), UINT16_MAX);
  if (!first || !last || *first > *last) return std::nullopt;
  return range{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

std::optional<open_ports> parse_ports(const rule_word& word, faults& wrong) {
  std::array<range, 4> ranges = {};
  std::string_view rest = word.text;
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    const std::size_t comma = rest.find(',');
    more = comma != std::string_view::npos;
    const auto one = parse_range(rest.substr(0, comma));
    if (!one || count == ranges.size()) {
      wrong.add(unexpected(word, some_ports));
      return std::nullopt;
    }
    ranges[count] = *one;
    if (more) rest.remove_prefix(comma + 1);
  }
  const auto& [a, b, c, d] = ranges;
  return open_ports{a.first, a.last, b.first, b.last, c.first, c.last, d.first, d.last};
}

std::optional<network> parse_rule(std::span<const rule_word> words, faults& wrong) {
  constexpr open_ports all_of_them{0, UINT16_MAX};
  if (words.size() > 2) wrong.add(unexpected(words[2], "the end of the line"));
  auto made = parse_network(words[0], wrong);
  const auto ports = words.size() < 2 ? std::optional(all_of_them) : parse_ports(words[1], wrong);
  if (!made || !ports) return std::nullopt;
  made->ports = *ports;
  return made;
}

/// Reports networks that overlap. In sorted order a network is followed directly by those inside it. So each network is
/// compared only with `around`, the last one that is inside no other.
void report_overlaps(const std::vector<network>& sorted, faults& wrong) {
  const network* around = nullptr;
  for (const network& one : sorted) {
    if (around == nullptr || !one.is_within(*around)) {
      around = &one;
      continue;
    }
    const bool is_later = one.word.where.line >= around->word.where.line;
    const network &second = is_later ? one : *around, &first = is_later ? *around : one;
    wrong.add(unexpected(second.word, "a network that does not overlap that of line " + std::to_string(first.word.where.line)));
    if (wrong.size() == most_faults) return;
  }
}

}  // namespace

checked<address_rules> read_address_rules(const std::string& path) {
  auto file = rule_file::read(path);
  if (!file) return std::unexpected(faults(file.error()));
  std::vector<network> all;
  faults wrong;
  for (auto words = file->next(); !words.empty() && wrong.size() < most_faults; words = file->next()) {
    if (all.size() == most_networks) {
      wrong.add(unexpected(words[0], "at most 1000000 networks"));
      break;
    }
    if (auto one = parse_rule(words, wrong)) all.push_back(*one);
  }
  if (all.empty() && wrong.empty()) wrong.add(unexpected({"none", file->start()}, "one network per line"));
  if (!std::ranges::is_sorted(all, std::less<>())) std::ranges::sort(all, std::less<>());
  if (wrong.empty()) report_overlaps(all, wrong);
  if (!wrong.empty()) return std::unexpected(wrong);

  address_rules made;
  made.networks.reserve(all.size());
  made.ports.reserve(all.size());
  for (const network& one : all) {
    made.networks.push_back(one.key());
    made.ports.push_back(one.ports);
  }
  return made;
}

}  // namespace lsmith::programs
