// A record contains its name as an offset into the strings. If the offset of a requested name is known, one comparison of
// numbers finds it in a record. So the names are searched in the strings first:
// - mapped strings: each name on its own, by binary search if the types are sorted by name;
// - strings that must be read: up to three names at once in each piece, or more names in one pass over all strings.
// The names of hooks are close together in the strings, so that region is searched for them first.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <optional>

#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/search/targets.hpp>

namespace lsmith::btf::detail {

/// Finds the offsets of the targets' names (target::at). Reports no error: when the strings cannot be read, the following walk
/// over the types gets the same error and reports it.
class name_search {
 public:
  name_search(source& from, const sections& parts, target_list& targets) : from_(from), parts_(parts), targets_(targets) {}

  /// Searches until each target has an offset. Targets with fewer than four characters are not searched for.
  void find_each();

  /// Continues the search to the end for targets that are still open, to set `elsewhere`: whether the name is at other offsets,
  /// too.
  void look_for_others();

 private:
  void search_each();
  void set_offset(target& one, std::uint32_t at);
  void add_match(target& one, std::uint32_t at, bool whole);
  void search(target& one);
  void search_few();
  std::optional<std::uint32_t> sample_for_hooks(std::uint32_t from, std::uint32_t to);
  bool has_hooks_to_find() const;
  void search_among_hooks();
  void search_among_hooks(std::uint32_t from, std::uint32_t to);
  bool search_pieces(std::uint64_t from, std::uint64_t to);
  std::size_t longest_name() const;
  enum class searched : std::uint8_t { until_found, to_the_end };
  void pass_over_strings(searched how);
  void end_of_string(const std::byte* end, std::size_t length, std::uint32_t offset);

  source& from_;
  const sections& parts_;
  target_list& targets_;
  std::uint32_t without_offset_ = 0;  // targets whose string was not found yet
  std::uint64_t strings_done_ = 0;  // bytes of the strings that pass_over_strings() has read
};

}  // namespace lsmith::btf::detail
