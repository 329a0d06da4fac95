// Sixty-four offsets are compared with four vectors of 16 bytes. The compiler's vector extensions are used, which become SSE2
// on x86_64 and NEON on aarch64, so there are no intrinsics.
#include <lsmith/btf/search/find_text.hpp>

#include <cstring>

namespace lsmith::btf {
namespace {

using characters = std::uint8_t __attribute__((vector_size(16)));
using word_pair = std::uint64_t __attribute__((vector_size(16)));

characters load(const std::byte* at) {
  characters all;
  __builtin_memcpy(&all, at, sizeof all);
  return all;
}

characters all_of(char character) { return characters{} + static_cast<std::uint8_t>(character); }

// The higher, the rarer a character is in the names of a kernel's types.
unsigned rarity(char character) {
  constexpr std::string_view often = "_etrsianocdplmfugbhkvxywqjz";
  for (unsigned i = 0; i < often.size(); ++i)
    if (often[i] == character) return i;
  return often.size() / 2;
}

// An empty part may be a null pointer, which memcmp does not accept.
bool starts_with(const std::byte* at, std::string_view part) {
  return part.empty() || std::memcmp(at, part.data(), part.size()) == 0;
}

bool begins_with(const std::byte* at, two_part_text text) {
  return starts_with(at, text.first) && starts_with(at + text.first.size(), text.second);
}

bool any(characters found) {
  word_pair both;
  __builtin_memcpy(&both, &found, sizeof both);
  return (both[0] | both[1]) != 0;
}

}  // namespace

bool is_text(const std::byte* at, two_part_text text) { return begins_with(at, text) && at[text.size()] == std::byte{0}; }

// The zero byte at the end is used only if the text has no second character: it is the most frequent one.
text_search::text_search(two_part_text text) : text_(text), first_(0), second_(text.size()) {
  for (std::size_t i = 1; i < text.size(); ++i)
    if (rarity(text[i]) > rarity(text[first_])) first_ = i;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i != first_ && (second_ == text.size() || rarity(text[i]) > rarity(text[second_]))) second_ = i;
}

bool text_search::may_begin_near(const std::byte* at) const {
  const characters one = all_of(text_[first_]);
  const characters other = second_ < text_.size() ? all_of(text_[second_]) : characters{};
  characters found = {};
#pragma GCC unroll 4
  for (std::size_t i = 0; i < places; i += sizeof(characters))
    found |= reinterpret_cast<characters>((load(at + first_ + i) == one) & (load(at + second_ + i) == other));
  return any(found);
}

bool text_search::begins_near(const std::byte* at) const {
  if (!may_begin_near(at)) return false;
  for (std::size_t i = 0; i < places; ++i)
    if (begins_with(at + i, text_)) return true;
  return false;
}

const std::byte* text_search::in(const std::byte* at, const std::byte* end) const {
  const std::size_t length = text_.size() + 1;
  while (static_cast<std::size_t>(end - at) >= places + length) {
    if (may_begin_near(at)) [[unlikely]]
      for (std::size_t i = 0; i < places; ++i)
        if (at[i + first_] == static_cast<std::byte>(text_[first_]) && is_text(at + i, text_)) return at + i;
    at += places;
  }
  for (; static_cast<std::size_t>(end - at) >= length; ++at)
    if (is_text(at, text_)) return at;
  return nullptr;
}

}  // namespace lsmith::btf
