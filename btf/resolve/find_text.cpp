#include <lsmith/btf/resolve/find_text.hpp>

#include <cstring>

namespace lsmith::btf {
namespace {

using letters = std::uint8_t __attribute__((vector_size(16)));
using halves = std::uint64_t __attribute__((vector_size(16)));

constexpr std::size_t at_once = 64;

letters load(const std::byte* at) {
  letters all;
  std::memcpy(&all, at, sizeof all);
  return all;
}

letters all_of(char letter) { return letters{} + static_cast<std::uint8_t>(letter); }

// The lower, the more often a letter is met in the names of a kernel's types.
unsigned rarity(char letter) {
  constexpr std::string_view often = "_etrsianocdplmfugbhkvxywqjz";
  for (unsigned i = 0; i < often.size(); ++i)
    if (often[i] == letter) return i;
  return often.size() / 2;
}

struct letter_pair {
  std::size_t first;
  std::size_t second;
};

// The places of the two rarest letters; the zero at the end counts as often met.
letter_pair rarest(const two_part_text& text) {
  letter_pair best = {0, text.size()};
  for (std::size_t i = 1; i < text.size(); ++i)
    if (rarity(text[i]) > rarity(text[best.first])) best.first = i;
  bool any = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == best.first || (any && rarity(text[i]) <= rarity(text[best.second]))) continue;
    best.second = i;
    any = true;
  }
  return best;
}

// An empty part may have no address at all.
bool starts_with(const std::byte* at, std::string_view part) { return part.empty() || std::memcmp(at, part.data(), part.size()) == 0; }

bool any(letters found) {
  halves both;
  std::memcpy(&both, &found, sizeof both);
  return (both[0] | both[1]) != 0;
}

}  // namespace

bool is_text(const std::byte* at, two_part_text text) {
  return starts_with(at, text.first) && starts_with(at + text.first.size(), text.second) && at[text.size()] == std::byte{0};
}

const std::byte* find_text(const std::byte* at, const std::byte* end, two_part_text text) {
  const std::size_t length = text.size() + 1;
  const letter_pair pair = rarest(text);
  const letters one = all_of(text[pair.first]);
  const letters other = pair.second < text.size() ? all_of(text[pair.second]) : letters{};
  while (static_cast<std::size_t>(end - at) >= at_once + length) {
    letters found = {};
#pragma GCC unroll 4
    for (std::size_t i = 0; i < at_once; i += sizeof(letters))
      found |= reinterpret_cast<letters>((load(at + pair.first + i) == one) & (load(at + pair.second + i) == other));
    if (any(found)) [[unlikely]]
      for (std::size_t i = 0; i < at_once; ++i)
        if (at[i + pair.first] == static_cast<std::byte>(text[pair.first]) && is_text(at + i, text)) return at + i;
    at += at_once;
  }
  for (; static_cast<std::size_t>(end - at) >= length; ++at)
    if (is_text(at, text)) return at;
  return nullptr;
}

}  // namespace lsmith::btf
