// From 7.0 on the kernel's named types stand in the order of their names, behind those without one. So a name is found by
// halving the types as bytes: in the middle, the next place where records seem to start tells by its name in which half to go
// on. Such a place is a guess, and what is found is no more than an offset among the strings, from which whoever walks over the
// types recognises the name.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <optional>

#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/search/find_text.hpp>

namespace lsmith::btf::detail {

inline constexpr std::uint64_t nowhere = ~std::uint64_t{0};

/// The first place from `from` on, as an offset among the types, where several sound records follow each other; nowhere when
/// none is near. What stands there by chance is hardly ever that, because where a record has its kind, most other data has a zero.
std::uint64_t guess_record(bytes types, const sections& parts, std::uint64_t from);

/// Mapped types in the order of their names.
class sorted_names {
 public:
  sorted_names(bytes types, bytes strings, const sections& parts) : types_(types), strings_(strings), parts_(parts) {}

  /// Whether they seem to be in order: the first has no name, as only there.
  bool are_in_order() const;

  /// The offset of that name among the strings; nothing when no type seems to bear it.
  std::optional<std::uint32_t> find(two_part_text name) const;

 private:
  int compare(std::uint64_t at, two_part_text name) const;
  std::uint64_t next(std::uint64_t at) const;

  bytes types_, strings_;
  const sections& parts_;
};

}  // namespace lsmith::btf::detail
