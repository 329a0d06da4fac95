// The labels of one program, by name. Every jump looks one up.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/name_index.hpp>

namespace lsmith::isa::text {

/// A line and a column of the source, both counted from 1.
struct spot {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// A label: bound, or so far only used by jumps.
struct label_state {
  static constexpr std::uint32_t unbound = ~std::uint32_t{0};

  std::string_view name;         ///< points into the source
  std::uint32_t slot = unbound;  ///< of the instruction that it is bound to
  spot where = {};               ///< where it is bound
};

/// Labels by number, in the order in which they are first used. The source must outlive the table.
class label_table {
 public:
  /// The label's number; a new label is added.
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
