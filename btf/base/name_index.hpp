// Numbers by names. The names lie elsewhere, in a source or in a table of strings, and are not kept a second time: whoever
// owns them says whether a number's name is the one in question. A name's letters give the place to look at first, and the
// next ones follow until one is free; half of them always are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lsmith {

class name_index {
 public:
  /// The number of this name. One that is new gets `fresh`. `has(number)` tells whether the number's name is this one.
  template <class Has>
  std::uint32_t number_of(std::string_view name, std::uint32_t fresh, Has has) {
    if (count_ * 2 >= places_.size()) grow();
    const std::uint32_t hash = hash_of(name);
    entry* at = &places_[hash & (places_.size() - 1)];
    while (at->number != nowhere && (at->hash != hash || !has(at->number))) at = behind(at);
    if (at->number == nowhere) {
      *at = {hash, fresh};
      ++count_;
    }
    return at->number;
  }

 private:
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  struct entry {
    std::uint32_t hash = 0;
    std::uint32_t number = nowhere;
  };

  static std::uint32_t hash_of(std::string_view name) {
    std::uint64_t hash = name.size();
    for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x9e37'79b9'7f4a'7c15;
    return static_cast<std::uint32_t>(hash >> 32);
  }

  entry* behind(entry* at) { return at == &places_.back() ? places_.data() : at + 1; }

  void grow() {
    const std::vector<entry> before = std::exchange(places_, std::vector<entry>(places_.empty() ? 64 : 2 * places_.size()));
    for (const entry& one : before) {
      if (one.number == nowhere) continue;
      entry* at = &places_[one.hash & (places_.size() - 1)];
      while (at->number != nowhere) at = behind(at);
      *at = one;
    }
  }

  std::vector<entry> places_;  ///< a power of two
  std::size_t count_ = 0;
};

}  // namespace lsmith
