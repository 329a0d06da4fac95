// The whole of some type information, for those who explore: every type by id and by name, members, arguments,
// enumerators, and what a member path leads to. All bytes are checked once, when it is parsed; after that nothing here can
// fail for being damaged, and the views read the bytes in place.
//
// Uses the heap: one offset per type, and an index of the names when one is first looked up. What only needs a few numbers
// of a kernel asks resolve() instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/format.hpp>
#include <lsmith/btf/types/entries.hpp>

namespace lsmith::btf {

class type;
class types;

/// One type. A small value that refers to its `types` and is valid as long as one copy of them lives. Functions that do
/// not apply to its kind answer with nothing: 0, empty, type_id::none.
class type {
 public:
  type_id id() const { return id_; }
  kind what() const { return from_.head.what(); }
  bool is(kind_set any) const { return contains(any, what()); }
  std::string_view name() const;

  /// Bytes, for kinds that carry their size (int, float, enum, struct, union, datasec). types::size_of knows all.
  std::uint32_t size() const;

  /// What it refers to: pointee, aliased or qualified type, array element, a func's func_proto, a func_proto's return.
  type_id target() const;

  entries<member> members() const;
  entries<param> params() const;
  entries<enumerator> enumerators() const;
  entries<section_entry> section() const;

  std::uint32_t array_count() const;
  type_id array_index() const;      ///< the type that counts an array's elements
  raw_int integer() const;          ///< how to read an int
  bool is_signed() const;           ///< int or enum with negative values
  bool is_union_forward() const { return what() == kind::fwd && from_.head.flag(); }
  std::uint32_t linkage() const;    ///< of a func or var: 0 static, 1 global, 2 extern
  std::int32_t tagged_component() const;  ///< of a decl_tag: which member or argument, -1 for the type itself

  /// The record as it stands in the bytes.
  const record& head() const { return from_.head; }

 private:
  friend class types;
  friend struct detail::image;
  type(const detail::tail& from, type_id id) : from_(from), id_(id) {}

  detail::tail from_;
  type_id id_;
};

/// Where a member path leads.
struct member_location {
  type_id owner = type_id::none;     ///< the struct or union that holds the last member
  type_id type = type_id::none;      ///< of what the path leads to, as declared
  std::uint32_t bit_offset = 0;      ///< from the start of the type the path began in
  std::uint8_t bitfield_bits = 0;    ///< 0 when it is no bitfield

  std::uint32_t byte_offset() const { return bit_offset / 8; }
};

/// Type information, checked and immutable. Copies share it; any number of threads may read it.
class types {
 public:
  /// Reads BTF that lies at `from`, which must outlive it. Either byte order; the other order is turned in a copy.
  /// Errors: btf_magic, btf_truncated, btf_header, btf_kind, btf_string, btf_type_id, btf_loop, btf_layout; the error's
  /// place is the offset of the record or field.
  static result<types> parse(bytes from);

  /// The same, and keeps the bytes.
  static result<types> own(std::vector<std::byte> from);
  /// The same, and keeps what holds the bytes: a mapping, say.
  static result<types> hold(bytes from, std::shared_ptr<const void> holder);

  /// Reads the BTF of a module, which goes on where its base ends: with ids behind the base's last and strings behind its
  /// strings. Holds on to the base.
  static result<types> parse_split(bytes from, const types& base);
  static result<types> own_split(std::vector<std::byte> from, const types& base);

  /// How many types there are, the base's included. Ids run from 1 to count().
  std::uint32_t count() const;
  /// The first id that is not the base's; 1 without a base.
  type_id first() const;

  /// The type with this id, which must be between 1 and count(); none for any other, 0 included, which is void.
  std::optional<type> at(type_id id) const;

  /// The first type of that name and one of those kinds.
  std::optional<type> find(std::string_view name, kind_set any = ~kind_set{0}) const;
  std::optional<type> find(std::string_view name, kind what) const { return find(name, kinds(what)); }
  /// All of them, by id.
  std::vector<type> find_all(std::string_view name, kind_set any = ~kind_set{0}) const;

  /// All types of those kinds whose names start in one of these ways, by id. Needs no index: one pass over the types.
  std::vector<type> find_starting(std::initializer_list<std::string_view> starts, kind_set any = ~kind_set{0}) const;

  /// The string at that offset, for what else refers to the strings (line info, .BTF.ext); none outside.
  std::optional<std::string_view> string(std::uint32_t offset) const;

  /// Looks through typedefs, qualifiers and type tags.
  type_id strip(type_id id) const;

  /// Bytes that a value of the type takes: pointers as in the described machine. None for void, functions, forward
  /// declarations, and arrays whose size does not fit 64 bits.
  std::optional<std::uint64_t> size_of(type_id id) const;

  /// 8 or 4, guessed from the size of `unsigned long` ("long unsigned int"); 8 when there is none.
  std::uint32_t pointer_size() const;

  /// Follows members joined by dots, with indices for arrays, through anonymous structs and unions; not through pointers.
  /// An index in front counts whole values of `start`.
  /// Errors: unknown_type, unknown_member, not_a_struct.
  result<member_location> locate(type_id start, std::string_view path) const;

  /// The bytes in this machine's byte order, as source::mapped takes them. Without the base's.
  bytes raw() const;

  /// Every type in order of ids.
  class iterator;
  iterator begin() const;
  iterator end() const;

 private:
  explicit types(std::shared_ptr<const detail::image> in) : in_(std::move(in)) {}
  std::shared_ptr<const detail::image> in_;
};

/// Walks over all types.
class types::iterator {
 public:
  using value_type = type;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using pointer = const type*;
  using reference = type;

  type operator*() const;
  iterator& operator++() {
    ++id_;
    return *this;
  }
  bool operator==(const iterator& other) const { return id_ == other.id_; }

 private:
  friend class types;
  iterator(const detail::image* in, std::uint32_t id) : in_(in), id_(id) {}
  const detail::image* in_;
  std::uint32_t id_;
};

}  // namespace lsmith::btf
