// A name that is known by the offset of its string is recognised in a record by comparing two numbers. So names are first
// looked up among the strings: each on its own where the strings are in memory, by halves where the types are in order. Where
// the strings must be read, a few are looked for in each piece, and many in one pass from string to string. The names of hooks
// are first looked for where such names stand.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <optional>

#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/search/targets.hpp>

namespace lsmith::btf::detail {

/// Gives targets the offsets of their strings. When the strings cannot be read, whoever walks on meets the same trouble
/// and tells it.
class name_search {
 public:
  name_search(source& from, const sections& parts, target_list& targets) : from_(from), parts_(parts), targets_(targets) {}

  /// Until each target that can be searched for has an offset.
  void find_each();

  /// On to the end, for the targets that are still open: then it is known whether they stand `elsewhere` as well.
  void look_for_others();

 private:
  void search_each();
  void place(target& one, std::uint32_t at);
  void meet(target& one, std::uint32_t at, bool whole);
  void search(target& one);
  void search_few();
  std::optional<std::uint32_t> glimpse_hooks(std::uint32_t from, std::uint32_t to);
  bool seeks_hooks() const;
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
  std::uint32_t unplaced_ = 0;      // targets whose string was not found yet
  std::uint64_t strings_done_ = 0;  // how far the strings were passed over
};

}  // namespace lsmith::btf::detail
