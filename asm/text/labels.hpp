// The labels of one program by their names, which are looked up at every jump. A table with open places: a name's letters give
// the place to look at first, and the next ones follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/place.hpp>

namespace lsmith::isa::text {

/// A label: bound, or only jumped to so far.
struct label_state {
  static constexpr std::uint32_t unbound = ~std::uint32_t{0};

  std::string_view name;  ///< in the source
  std::uint32_t slot = unbound;
  place where = {};
};

class label_table {
 public:
  /// The label's number; it is added if it is new.
  std::uint32_t number_of(std::string_view name) {
    if (all_.size() * 2 >= places_.size()) grow();
    std::uint32_t& number = place_of(name);
    if (number == nowhere) {
      number = static_cast<std::uint32_t>(all_.size());
      all_.push_back({name});
    }
    return number;
  }
  label_state& operator[](std::uint32_t number) { return all_[number]; }
  const label_state& operator[](std::uint32_t number) const { return all_[number]; }

 private:
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  static std::size_t hash_of(std::string_view name) {
    std::uint64_t hash = name.size();
    for (const char letter : name) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x9e37'79b9'7f4a'7c15;
    return hash >> 32;
  }

  std::uint32_t& place_of(std::string_view name) {
    std::size_t at = hash_of(name) & (places_.size() - 1);
    while (places_[at] != nowhere && all_[places_[at]].name != name) at = (at + 1) & (places_.size() - 1);
    return places_[at];
  }

  void grow() {
    places_.assign(places_.empty() ? 64 : 4 * places_.size(), nowhere);
    for (std::uint32_t number = 0; number < all_.size(); ++number) place_of(all_[number].name) = number;
  }

  std::vector<label_state> all_;
  std::vector<std::uint32_t> places_;  ///< a power of two, and at most half of them taken
};

}  // namespace lsmith::isa::text
