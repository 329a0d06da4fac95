#include <lsmith/programs/options/socket_families.hpp>

#include <algorithm>

#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/btf/text/numbers.hpp>

namespace lsmith::programs {
namespace {

constexpr socket_family families[] = {
    {"AF_UNSPEC", 0},      {"AF_UNIX", 1},       {"AF_INET", 2},      {"AF_AX25", 3},   {"AF_IPX", 4},      {"AF_APPLETALK", 5},
    {"AF_NETROM", 6},      {"AF_BRIDGE", 7},     {"AF_ATMPVC", 8},    {"AF_X25", 9},    {"AF_INET6", 10},   {"AF_ROSE", 11},
    {"AF_DECnet", 12},     {"AF_NETBEUI", 13},   {"AF_SECURITY", 14}, {"AF_KEY", 15},   {"AF_NETLINK", 16}, {"AF_PACKET", 17},
    {"AF_ASH", 18},        {"AF_ECONET", 19},    {"AF_ATMSVC", 20},   {"AF_RDS", 21},   {"AF_SNA", 22},     {"AF_IRDA", 23},
    {"AF_PPPOX", 24},      {"AF_WANPIPE", 25},   {"AF_LLC", 26},      {"AF_IB", 27},    {"AF_MPLS", 28},    {"AF_CAN", 29},
    {"AF_TIPC", 30},       {"AF_BLUETOOTH", 31}, {"AF_IUCV", 32},     {"AF_RXRPC", 33}, {"AF_ISDN", 34},    {"AF_PHONET", 35},
    {"AF_IEEE802154", 36}, {"AF_CAIF", 37},      {"AF_ALG", 38},      {"AF_NFC", 39},   {"AF_VSOCK", 40},   {"AF_KCM", 41},
    {"AF_QIPCRTR", 42},    {"AF_SMC", 43},       {"AF_XDP", 44},      {"AF_MCTP", 45},
};
constexpr int largest_number = 255;
constexpr std::string_view prefix = "AF_";

char upper(char character) { return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character; }

bool same_characters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return upper(x) == upper(y); });
}

std::optional<int> parse_number(std::string_view text) {
  const auto number = whole_number<int>(text);
  return number && *number >= 0 && *number <= largest_number ? number : std::nullopt;
}

}  // namespace

std::optional<int> parse_socket_family(std::string_view text) {
  for (const socket_family& family : families)
    if (same_characters(text, family.name) || same_characters(text, family.name.substr(prefix.size()))) return family.number;
  return parse_number(text);
}

std::string socket_family_name(int number) {
  for (const socket_family& family : families)
    if (family.number == number) return std::string(family.name);
  return std::to_string(number);
}

std::vector<std::string> similar_socket_families(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") == std::string_view::npos) return {};
  std::string name;
  for (const char character : text) name += upper(character);
  if (!name.starts_with(prefix)) name.insert(0, prefix);
  nearest_names near(name);
  for (const socket_family& family : families) near.offer(family.name);
  return near.take();
}

}  // namespace lsmith::programs
