// Since 7.0 the kernel's BTF is sorted: first the types without a name, then the others in the order of their names. So a name
// is found by binary search over the bytes of the types. Records differ in length, so the start of a record near the middle is
// a guess. A wrong guess is harmless: the result is only the offset of a string, with which a walk over the types then
// recognises the name.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <optional>

#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/search/find_text.hpp>

namespace lsmith::btf::detail {

inline constexpr std::uint64_t nowhere = ~std::uint64_t{0};

/// The first offset in `types` from `from` on where eight valid records seem to follow each other; nowhere if there is none
/// within 16 KiB. A wrong guess is very rare, because most other data has a zero where a record has its kind.
std::uint64_t guess_record(bytes types, const sections& parts, std::uint64_t from);

/// Finds names in mapped types that are sorted by name. All arguments must outlive it.
class sorted_names {
 public:
  sorted_names(bytes types, bytes strings, const sections& parts) : types_(types), strings_(strings), parts_(parts) {}

  /// Whether the types seem to be sorted: the first has no name, which is so only in sorted BTF.
  bool are_in_order() const;

  /// The offset of that name in the strings; none when no type seems to have it.
  std::optional<std::uint32_t> find(two_part_text name) const;

 private:
  int compare(std::uint64_t at, two_part_text name) const;
  std::uint64_t next(std::uint64_t at) const;

  bytes types_, strings_;
  const sections& parts_;
};

}  // namespace lsmith::btf::detail
