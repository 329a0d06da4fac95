// Questions about one struct, or one hook, share the name that has to be found. Names are told apart by a few letters, or
// by the offset of their string once that is known, in 256 buckets: most records of a kernel belong to none.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/btf/relocation/relocation.hpp>
#include <lsmith/btf/search/find_text.hpp>

namespace lsmith::btf::detail {

/// What all functions of hooks are named with in front.
inline constexpr std::string_view hook_start = "bpf_lsm_";
inline constexpr std::string_view security_start = "security_";  // of functions that ask all LSMs

inline constexpr kind_set composites = kinds(kind::struct_, kind::union_);
inline constexpr kind_set enums = kinds(kind::enum_, kind::enum64);

/// A name to be found among the types.
struct target {
  static constexpr std::uint16_t nothing = 0xffff;
  static constexpr std::uint32_t nowhere = 0xffff'ffff;

  std::string_view name = {};
  kind_set among = 0;
  bool is_hook = false;          ///< the name stands behind bpf_lsm_
  std::uint16_t open = 0;        ///< questions without an answer
  std::uint16_t next = nothing;  ///< in its bucket
  std::uint32_t at = nowhere;    ///< offset of its string, when the strings were searched
  bool elsewhere = true;         ///< whether the string may also stand at another offset

  two_part_text text() const { return {is_hook ? hook_start : std::string_view(), name}; }
  std::size_t length() const { return text().size(); }
  bool is_function() const { return among == kinds(kind::func); }

  /// Its last four letters, as they stand before the zero that ends it; only longer names have them.
  bool has_last_characters() const { return length() >= 4; }
  std::uint32_t last_characters() const;
};

/// The targets of all questions of one walk.
class target_list {
 public:
  /// Which of the targets the question is about; adds it.
  std::uint16_t add(const relocation& asked);

  target* begin() { return all_; }
  target* end() { return all_ + count_; }
  const target* begin() const { return all_; }
  const target* end() const { return all_ + count_; }
  std::uint16_t count() const { return count_; }
  target& operator[](std::uint16_t index) { return all_[index]; }
  std::uint16_t index_of(const target& one) const { return static_cast<std::uint16_t>(&one - all_); }

  /// The kinds among which something is still sought.
  kind_set kinds_wanted() const;

  /// Puts the open targets into buckets. Key: gives a target's number through its second argument, or false to leave
  /// it out.
  template <class Key>
  void fill_buckets(Key key) {
    for (std::uint16_t& bucket : buckets_) bucket = target::nothing;
    for (std::uint16_t i = 0; i < count_; ++i) {
      std::uint32_t number = 0;
      if (all_[i].open != 0 && key(all_[i], number)) put_in_bucket(i, number);
    }
  }

  /// Shows the targets whose number may be this one.
  template <class Show>
  void each_in_bucket(std::uint32_t number, Show show) {
    for (std::uint16_t i = buckets_[scatter(number)]; i != target::nothing; i = all_[i].next) show(all_[i]);
  }

 private:
  // A byte of a number that spreads all its bits.
  static std::uint8_t scatter(std::uint32_t value) { return static_cast<std::uint8_t>(value * 2654435761u >> 24); }
  void put_in_bucket(std::uint16_t index, std::uint32_t number);

  target all_[relocations_at_once];
  std::uint16_t count_ = 0;
  std::uint16_t buckets_[256];
};

bool is_field(core_relo_kind kind);
bool is_about_existence(core_relo_kind kind);

/// The name that has to be found before the question can be answered.
std::string_view subject(const relocation& asked);

/// Why a question has no answer when its subject is nowhere.
cause not_found(const relocation& asked);

}  // namespace lsmith::btf::detail
