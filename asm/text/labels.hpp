// The labels of one program by their names, which are looked up at every jump.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/name_index.hpp>

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
    const auto fresh = static_cast<std::uint32_t>(all_.size());
    const std::uint32_t number = index_.number_of(name, fresh, [&](std::uint32_t known) { return all_[known].name == name; });
    if (number == fresh) all_.push_back({name});
    return number;
  }
  label_state& operator[](std::uint32_t number) { return all_[number]; }
  const label_state& operator[](std::uint32_t number) const { return all_[number]; }

 private:
  std::vector<label_state> all_;
  name_index index_;
};

}  // namespace lsmith::isa::text
