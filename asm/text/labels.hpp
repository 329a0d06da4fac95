// The labels of one program by their names, which are looked up at every jump. A table with open places: a name's letters give
// the place to look at first, and the next ones follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lsmith::isa::text {

/// Where something stands in the file.
struct spot {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// A label: bound, or only jumped to so far.
struct label_state {
  static constexpr std::uint32_t unbound = ~std::uint32_t{0};

  std::string_view name;  ///< in the source
  std::uint32_t slot = unbound;
  spot where = {};
};

class label_table {
 public:
  /// The label's number; it is added if it is new.
  std::uint32_t number_of(std::string_view name) {
    if (all_.size() * 2 >= places_.size()) grow();
    const std::uint32_t hash = hash_of(name);
    entry* at = &places_[hash & (places_.size() - 1)];
    while (at->number != nowhere && (at->hash != hash || all_[at->number].name != name)) at = next_of(at);
    if (at->number == nowhere) {
      *at = {hash, static_cast<std::uint32_t>(all_.size())};
      all_.push_back({name});
    }
    return at->number;
  }
  label_state& operator[](std::uint32_t number) { return all_[number]; }
  const label_state& operator[](std::uint32_t number) const { return all_[number]; }

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

  entry* next_of(entry* at) { return at == &places_.back() ? places_.data() : at + 1; }

  void grow() {
    const std::vector<entry> before = std::exchange(places_, std::vector<entry>(places_.empty() ? 64 : 2 * places_.size()));
    for (const entry& one : before) {
      if (one.number == nowhere) continue;
      entry* at = &places_[one.hash & (places_.size() - 1)];
      while (at->number != nowhere) at = next_of(at);
      *at = one;
    }
  }

  std::vector<label_state> all_;
  std::vector<entry> places_;  ///< a power of two, and at most half of them taken
};

}  // namespace lsmith::isa::text
