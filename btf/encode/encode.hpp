// A program is loaded with BTF of its own: the kernel requires a FUNC for every subprogram, prints the source lines that are in
// the strings, and prints maps with the types of their keys and values. Type ids count from 1, in the order in which the types
// are added. Equal strings are stored once.
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

/// The linkage of a function or variable. For functions of programs the kernel accepts static, and since 5.6 global.
enum class linkage : std::uint32_t { static_ = 0, global = 1, extern_ = 2 };

/// The encoding of an int (BTF_INT_*).
enum class int_encoding : std::uint8_t { unsigned_ = 0, signed_ = 1, char_ = 2, bool_ = 4 };

/// A member to be added. The offset is in bits, from the start of the struct.
struct new_member {
  std::string_view name = {};
  type_id type = type_id::none;
  std::uint32_t bit_offset = 0;
  std::uint8_t bitfield_bits = 0;  ///< 0 for a member that is not a bitfield
};

/// An argument to be added. A last argument without name and type means "...".
struct new_param {
  std::string_view name = {};
  type_id type = type_id::none;
};

/// An enumerator to be added.
struct new_enumerator {
  std::string_view name = {};
  std::int64_t value = 0;
};

/// A variable of a section to be added; offset and size in bytes.
struct new_section_entry {
  type_id variable = type_id::none;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// Builds BTF in this machine's byte order. It does not check the types: tests need invalid BTF, too. types::parse or the
/// kernel checks them. An id may be used before its type is added. All texts are copied. Each function that adds a type returns
/// its id.
class encoder {
 public:
  encoder();

  /// The offset of the text in the strings; adds it if it is new. Also for source lines and file names of line info.
  std::uint32_t string(std::string_view text);

  type_id int_(std::string_view name, std::uint32_t bytes, int_encoding as = int_encoding::unsigned_);
  type_id float_(std::string_view name, std::uint32_t bytes);
  type_id pointer(type_id to);  ///< type_id::none: void *
  type_id array(type_id element, type_id index, std::uint32_t count);
  type_id struct_(std::string_view name, std::uint32_t bytes, std::span<const new_member> members);
  type_id union_(std::string_view name, std::uint32_t bytes, std::span<const new_member> members);
  /// An enum with 32-bit values; it is signed if one of them is negative. Values are cut to 32 bits.
  type_id enum_(std::string_view name, std::uint32_t bytes, std::span<const new_enumerator> all);
  /// An enum with 64-bit values; it is signed if one of them is negative.
  type_id enum64(std::string_view name, std::uint32_t bytes, std::span<const new_enumerator> all);
  type_id forward(std::string_view name, kind struct_or_union = kind::struct_);
  type_id typedef_(std::string_view name, type_id of);
  type_id const_(type_id of);
  type_id volatile_(type_id of);
  type_id restrict_(type_id of);
  type_id type_tag(std::string_view word, type_id of);
  /// `component` is the index of the member or argument that has the tag, -1 for the type itself.
  type_id decl_tag(std::string_view word, type_id of, std::int32_t component = -1);
  type_id func_proto(type_id returns, std::span<const new_param> params);
  type_id func(std::string_view name, type_id proto, linkage seen = linkage::global);
  type_id var(std::string_view name, type_id of, linkage seen = linkage::global);
  type_id datasec(std::string_view name, std::uint32_t bytes, std::span<const new_section_entry> entries);

  /// Adds a record and its tail unchanged: for kinds without a function above, and for invalid records.
  type_id raw(record head, bytes tail = {});

  std::uint32_t count() const { return count_; }  ///< types added so far

  /// The whole BTF: header, types and strings. More types can be added afterwards.
  std::vector<std::byte> finish() const;

 private:
  template <class T>
  void put(const T& entry);
  type_id add(std::string_view name, std::uint32_t info, std::uint32_t size_or_type);
  type_id composite(kind what, std::string_view name, std::uint32_t size, std::span<const new_member> members);

  std::vector<std::byte> types_;
  std::string strings_;
  name_index known_;  ///< offsets of the strings, by text
  std::uint32_t count_ = 0;
};

}  // namespace lsmith::btf
