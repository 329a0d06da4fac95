// Relocations of the same struct or hook share one name, a target. Targets are put in 256 buckets, by a few characters of their
// name, or by its offset in the strings if that is known. For most records of a kernel the bucket is empty.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/btf/relocation/relocation.hpp>
#include <lsmith/btf/search/find_text.hpp>
#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::btf::detail {

/// A name to be found among the types.
struct target {
  static constexpr std::uint16_t nothing = 0xffff;
  static constexpr std::uint32_t nowhere = 0xffff'ffff;

  std::string_view name = {};
  kind_set among = 0;            ///< the kinds of types to search
  bool is_hook = false;          ///< the type's name is bpf_lsm_ and then `name`
  std::uint16_t open = 0;        ///< relocations of this target that are not resolved yet
  std::uint16_t next = nothing;  ///< the next target of the same bucket
  std::uint32_t at = nowhere;    ///< offset of its string, if a search of the strings has found it
  bool elsewhere = true;         ///< whether the string may also be at another offset

  two_part_text text() const { return {is_hook ? hook_prefix : std::string_view(), name}; }
  std::size_t length() const { return text().size(); }
  bool is_function() const { return among == kinds(kind::func); }

  /// Its last four characters, as a number in memory order. Only for names of at least four characters.
  bool has_last_characters() const { return length() >= 4; }
  std::uint32_t last_characters() const;
};

/// The targets of all relocations of one walk, at most relocations_at_once.
class target_list {
 public:
  /// The index of the relocation's target. Adds the target if it is new.
  std::uint16_t add(const relocation& relo);

  target* begin() { return all_; }
  target* end() { return all_ + count_; }
  const target* begin() const { return all_; }
  const target* end() const { return all_ + count_; }
  std::uint16_t count() const { return count_; }
  target& operator[](std::uint16_t index) { return all_[index]; }
  std::uint16_t index_of(const target& one) const { return static_cast<std::uint16_t>(&one - all_); }

  /// The kinds of types that some open target needs.
  kind_set kinds_needed() const;

  /// Puts the open targets into buckets by a number. `key(target, number)` sets the number, and returns false to leave the
  /// target out.
  template <class Key>
  void fill_buckets(Key key) {
    for (std::uint16_t& bucket : buckets_) bucket = target::nothing;
    for (std::uint16_t i = 0; i < count_; ++i) {
      std::uint32_t number = 0;
      if (all_[i].open != 0 && key(all_[i], number)) put_in_bucket(i, number);
    }
  }

  /// Calls show(target) for each target that may have this number.
  template <class Show>
  void each_in_bucket(std::uint32_t number, Show show) {
    for (std::uint16_t i = buckets_[scatter(number)]; i != target::nothing; i = all_[i].next) show(all_[i]);
  }

 private:
  // A hash of one byte.
  static std::uint8_t scatter(std::uint32_t value) { return static_cast<std::uint8_t>(value * 2654435761u >> 24); }
  void put_in_bucket(std::uint16_t index, std::uint32_t number);

  target all_[relocations_at_once];
  std::uint16_t count_ = 0;
  std::uint16_t buckets_[256];
};

bool is_field(core_relo_kind kind);
bool is_about_existence(core_relo_kind kind);

/// The name to be found among the types: relocation::name for hook_id and function_id, else relocation::type.
std::string_view subject(const relocation& relo);

/// The cause of failure when no type has the relocation's subject as its name.
cause not_found(const relocation& relo);

}  // namespace lsmith::btf::detail
