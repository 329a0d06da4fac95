#include <lsmith/programs/egress_rules.hpp>

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <unordered_map>

#include <lsmith/programs/rule_file.hpp>

namespace lsmith::programs {
namespace {

constexpr std::string_view a_network = "a network like 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32";
constexpr std::string_view some_ports = "up to four ports or ranges of ports like 443,8000-8099";

fault unexpected(const rule_word& what, std::string_view wanted) {
  return {.why = cause::text_unexpected, .during = stage::open, .where = what.where, .name = what.text, .of = wanted};
}

std::optional<unsigned> parse_number(std::string_view text, unsigned largest) {
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc{} && end == text.data() + text.size();
  return whole && number <= largest ? std::optional(number) : std::nullopt;
}

/// The address in 16 bytes, and how many of its 128 bits a prefix of no bits has already.
struct parsed_address {
  std::array<std::uint32_t, 4> words = {};
  unsigned fixed_bits = 0;
};
std::optional<parsed_address> parse_address(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof terminated) return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  parsed_address made;
  if (inet_pton(AF_INET6, terminated, made.words.data()) == 1) return made;
  made.words[2] = htonl(0xffff);
  made.fixed_bits = 96;
  return inet_pton(AF_INET, terminated, &made.words[3]) == 1 ? std::optional(made) : std::nullopt;
}

/// Whether a bit behind the prefix is set: "10.0.0.1/8" may have been meant in two ways.
bool is_too_precise(const network_key& key) {
  for (unsigned bit = key.bits; bit < 128; ++bit)
    if (ntohl(key.address[bit / 32]) >> (31 - bit % 32) & 1) return true;
  return false;
}

std::optional<network_key> parse_network(const rule_word& word, faults& wrong) {
  const std::size_t slash = word.text.find('/');
  const auto address = parse_address(word.text.substr(0, slash));
  const unsigned longest = address ? 128 - address->fixed_bits : 0;
  const auto bits = slash == std::string_view::npos ? std::optional(longest) : parse_number(word.text.substr(slash + 1), longest);
  if (!address || !bits) {
    wrong.add(unexpected(word, a_network));
    return std::nullopt;
  }
  const network_key key{address->fixed_bits + *bits, address->words};
  if (!is_too_precise(key)) return key;
  wrong.add(unexpected(word, "a network whose bits behind the prefix are zero"));
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

struct hash_of_network {
  std::size_t operator()(const network_key& key) const {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(&key), sizeof key});
  }
};

}  // namespace

checked<egress_rules> read_egress_rules(const std::string& path) {
  const auto file = rule_file::read(path);
  if (!file) return std::unexpected(faults(file.error()));
  constexpr open_ports all_of_them{0, UINT16_MAX};
  egress_rules made;
  faults wrong;
  std::unordered_map<network_key, place, hash_of_network> seen;
  for (const rule_line& line : file->rules()) {
    if (made.networks.size() == most_networks) {
      wrong.add(unexpected(line.front(), "at most 1000000 networks"));
      break;
    }
    if (line.size() > 2) wrong.add(unexpected(line[2], "the end of the line"));
    const auto network = parse_network(line[0], wrong);
    const auto ports = line.size() < 2 ? std::optional(all_of_them) : parse_ports(line[1], wrong);
    if (!network || !ports) continue;
    const auto [before, fresh] = seen.emplace(*network, line[0].where);
    if (!fresh) wrong.add(unexpected(line[0], "each network once, and it stands in line " + std::to_string(before->second.line)));
    made.networks.push_back(*network);
    made.ports.push_back(*ports);
  }
  if (!wrong.empty()) return std::unexpected(wrong);
  return made;
}

}  // namespace lsmith::programs
