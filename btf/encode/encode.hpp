// Programs bring type information of their own: the kernel wants a FUNC for every subprogram, shows the source lines that
// stand in its strings, and prints maps by the types of their keys and values. Types are numbered in the order in which
// they are added, from 1; equal strings are kept once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <string>
#include <vector>

#include <lsmith/btf/base/name_index.hpp>
#include <lsmith/btf/format/format.hpp>

namespace lsmith::btf {

/// How a function is seen from outside; the kernel takes static and global for programs (5.6+; before that only static).
enum class linkage : std::uint32_t { static_ = 0, global = 1, extern_ = 2 };

/// What an int holds.
enum class int_encoding : std::uint8_t { unsigned_ = 0, signed_ = 1, char_ = 2, bool_ = 4 };

/// A member to be added. Offsets count bits from the start of the struct.
struct new_member {
  std::string_view name = {};
  type_id type = type_id::none;
  std::uint32_t bit_offset = 0;
  std::uint8_t bitfield_bits = 0;  ///< 0 for a member that is no bitfield
};

/// An argument to be added.
struct new_param {
  std::string_view name = {};
  type_id type = type_id::none;
};

/// An enumerator to be added.
struct new_enumerator {
  std::string_view name = {};
  std::int64_t value = 0;
};

/// A variable's place in a section.
struct new_section_entry {
  type_id variable = type_id::none;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// Builds BTF in this machine's byte order. Takes what it is given: whether the types make sense is for types::parse, or
/// the kernel, to say; tests need BTF that does not. Ids of types that are added later may be used before.
class encoder {
 public:
  encoder();

  /// Offset of the text in the strings; equal texts share one. Also for line text and file names of line info.
  std::uint32_t string(std::string_view text);

  type_id int_(std::string_view name, std::uint32_t bytes, int_encoding as = int_encoding::unsigned_);
  type_id float_(std::string_view name, std::uint32_t bytes);
  type_id pointer(type_id to);
  type_id array(type_id element, type_id index, std::uint32_t count);
  type_id struct_(std::string_view name, std::uint32_t bytes, std::span<const new_member> members);
  type_id union_(std::string_view name, std::uint32_t bytes, std::span<const new_member> members);
  /// An enum of 32-bit values, signed if one of them is negative.
  type_id enum_(std::string_view name, std::uint32_t bytes, std::span<const new_enumerator> all);
  type_id enum64(std::string_view name, std::uint32_t bytes, std::span<const new_enumerator> all);
  type_id forward(std::string_view name, kind struct_or_union = kind::struct_);
  type_id typedef_(std::string_view name, type_id of);
  type_id const_(type_id of);
  type_id volatile_(type_id of);
  type_id restrict_(type_id of);
  type_id type_tag(std::string_view word, type_id of);
  /// `component` is the member or argument that bears the word, -1 for the type itself.
  type_id decl_tag(std::string_view word, type_id of, std::int32_t component = -1);
  type_id func_proto(type_id returns, std::span<const new_param> params);
  type_id func(std::string_view name, type_id proto, linkage seen = linkage::global);
  type_id var(std::string_view name, type_id of, linkage seen = linkage::global);
  type_id datasec(std::string_view name, std::uint32_t bytes, std::span<const new_section_entry> entries);

  /// A record as it is: for kinds without a function above, and for wrong ones.
  type_id raw(record head, bytes tail = {});

  std::uint32_t count() const { return count_; }  ///< types added so far

  /// Header, types and strings. The encoder stays usable.
  std::vector<std::byte> finish() const;

 private:
  template <class T>
  void put(const T& entry);
  type_id add(std::string_view name, std::uint32_t info, std::uint32_t size_or_type);
  type_id composite(kind what, std::string_view name, std::uint32_t size, std::span<const new_member> members);

  std::vector<std::byte> types_;
  std::string strings_;
  name_index known_;  ///< offsets of the strings
  std::uint32_t count_ = 0;
};

}  // namespace lsmith::btf
