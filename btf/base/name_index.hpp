// An open-addressing hash table from names to numbers. The names are stored elsewhere, in a source or in a string table, and
// not a second time here; the caller compares a number's name. The hash of a name gives its first slot; the search continues
// with the next slot until an empty one. At least half of the slots are empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lsmith {

/// Maps names to 32-bit numbers. Does not own the names; keeps only their hashes.
class name_index {
 public:
  /// The number of this name. A new name gets `fresh`, which is returned then. `has(number)` returns whether `name` is the
  /// name of that number. ~0 is not a valid number.
  template <class Has>
  std::uint32_t number_of(std::string_view name, std::uint32_t fresh, Has has) {
    if (count_ * 2 >= entries_.size()) grow();
    const std::uint32_t hash = hash_of(name);
    entry* at = &entries_[hash & (entries_.size() - 1)];
    while (at->number != no_number && (at->hash != hash || !has(at->number))) at = next(at);
    if (at->number == no_number) {
      *at = {hash, fresh};
      ++count_;
    }
    return at->number;
  }

 private:
  static constexpr std::uint32_t no_number = ~std::uint32_t{0};

  struct entry {
    std::uint32_t hash = 0;
    std::uint32_t number = no_number;
  };

  static std::uint32_t hash_of(std::string_view name) {
    std::uint64_t hash = name.size();
    for (const char character : name) hash = (hash ^ static_cast<unsigned char>(character)) * 0x9e37'79b9'7f4a'7c15;
    return static_cast<std::uint32_t>(hash >> 32);
  }

  entry* next(entry* at) { return at == &entries_.back() ? entries_.data() : at + 1; }

  void grow() {
    const std::vector<entry> before = std::exchange(entries_, std::vector<entry>(entries_.empty() ? 64 : 2 * entries_.size()));
    for (const entry& one : before) {
      if (one.number == no_number) continue;
      entry* at = &entries_[one.hash & (entries_.size() - 1)];
      while (at->number != no_number) at = next(at);
      *at = one;
    }
  }

  std::vector<entry> entries_;  ///< their number is a power of two
  std::size_t count_ = 0;
};

}  // namespace lsmith
