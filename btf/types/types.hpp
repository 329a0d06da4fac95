// All types of a BTF, by id and by name, with their members, arguments and enumerators, and member paths. All bytes are checked
// once, when the BTF is parsed. After that no function here fails because of damage, and views read the bytes in place.
//
// Uses the heap: one offset per type, and an index of the names, built at the first lookup. Code that needs only a few values
// of a kernel calls resolve() instead.
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

#pragma GCC visibility push(default)
namespace lsmith::btf {

class type;
class types;

/// One type. A small value that refers to its `types`; valid as long as one copy of them exists. A function that does not apply
/// to the type's kind returns 0, empty, or type_id::none.
class type {
 public:
  type_id id() const { return id_; }
  kind what() const { return from_.head.what(); }
  bool is(kind_set any) const { return contains(any, what()); }
  std::string_view name() const;  ///< empty when it has none

  /// Size in bytes, for kinds whose record has a size (int, float, enum, struct, union, datasec). For others: types::size_of.
  std::uint32_t size() const;

  /// The type it refers to: pointee, aliased, qualified or tagged type, array element, a variable's type, a func's
  /// func_proto, a func_proto's return type.
  type_id target() const;

  entries<member> members() const;
  entries<param> params() const;
  entries<enumerator> enumerators() const;
  entries<section_entry> section() const;

  std::uint32_t array_count() const;
  type_id array_index() const;      ///< the index type of an array
  raw_int integer() const;          ///< encoding and width of an int
  bool is_signed() const;           ///< an int or enum that can be negative
  bool is_union_forward() const { return what() == kind::fwd && from_.head.flag(); }
  std::uint32_t linkage() const;    ///< of a func or var: 0 static, 1 global, 2 extern
  std::int32_t tagged_component() const;  ///< of a decl_tag: index of the member or argument, -1 for the type itself

  /// The record, in this machine's byte order.
  const record& head() const { return from_.head; }

 private:
  friend class types;
  friend struct detail::image;
  type(const detail::tail& from, type_id id) : from_(from), id_(id) {}

  detail::tail from_;
  type_id id_;
};

/// The member that a path leads to.
struct member_location {
  type_id owner = type_id::none;     ///< the struct or union that contains the last member
  type_id type = type_id::none;      ///< its declared type
  std::uint32_t bit_offset = 0;      ///< from the start of the type that the path begins at
  std::uint8_t bitfield_bits = 0;    ///< width in bits; 0 when it is not a bitfield

  std::uint32_t byte_offset() const { return bit_offset / 8; }  ///< rounded down for a bitfield
};

/// Type information, checked and immutable. Copies share it; any number of threads may read it.
class types {
 public:
  /// Reads BTF in place: `from` must outlive the types and their copies. BTF of the other byte order is copied and converted.
  /// Errors: btf_magic, btf_truncated, btf_header, btf_kind, btf_string, btf_type_id, btf_loop, btf_layout; the error's
  /// location is the offset of the record or field.
  static result<types> parse(bytes from);

  /// The same, but takes ownership of the bytes.
  static result<types> own(std::vector<std::byte> from);
  /// The same, but keeps `holder`, which owns the bytes (a mapping, for example), as long as the types.
  static result<types> hold(bytes from, std::shared_ptr<const void> holder);

  /// Reads split BTF, such as a module's. Its ids and string offsets continue those of the base. Keeps the base alive. Bytes
  /// and errors as for parse() and own().
  static result<types> parse_split(bytes from, const types& base);
  static result<types> own_split(std::vector<std::byte> from, const types& base);

  /// The number of types, those of the base included, void excluded. Ids run from 1 to count().
  std::uint32_t count() const;
  /// The first id after those of the base; 1 without a base.
  type_id first() const;

  /// The type with this id; none when it is not between 1 and count(). So void, id 0, gives none.
  std::optional<type> at(type_id id) const;

  /// The type with that name, of one of those kinds; the one with the lowest id, those of the base first. None if there is
  /// none. The first lookup builds the index of names.
  std::optional<type> find(std::string_view name, kind_set any = ~kind_set{0}) const;
  std::optional<type> find(std::string_view name, kind what) const { return find(name, kinds(what)); }
  /// All of them, in ascending order of ids.
  std::vector<type> find_all(std::string_view name, kind_set any = ~kind_set{0}) const;

  /// All types of those kinds whose names start with one of `starts`, in ascending order of ids. Needs no index: one pass over
  /// the types.
  std::vector<type> find_starting(std::initializer_list<std::string_view> starts, kind_set any = ~kind_set{0}) const;

  /// The string at that offset, for line info and .BTF.ext, which refer to the same strings. None when the offset is outside.
  std::optional<std::string_view> string(std::uint32_t offset) const;

  /// Skips typedefs, qualifiers and type tags: returns the id of the type they lead to, type_id::none for void.
  type_id strip(type_id id) const;

  /// The size of a value of the type in bytes; a pointer has pointer_size(). None for void, functions, forward declarations,
  /// and arrays whose size does not fit in 64 bits.
  std::optional<std::uint64_t> size_of(type_id id) const;

  /// 8 or 4 bytes: the size of `unsigned long` ("long unsigned int") in this BTF; 8 when it has no such type.
  std::uint32_t pointer_size() const;

  /// Follows a member path: names joined by dots, with indices for arrays ("cpu_info[2].flags"). Members of anonymous structs
  /// and unions are named as in C. A path does not lead through pointers. An index at the start of the path selects one of
  /// several values of `start`, as in an array. Errors: unknown_type, unknown_member, not_a_struct.
  result<member_location> locate(type_id start, std::string_view path) const;

  /// The bytes in this machine's byte order, for source::mapped. Those of a base are not included. Valid as long as the types.
  bytes raw() const;

  /// How many bytes of BTF were read, those of the base included.
  std::uint64_t total_bytes() const;

  /// Every type in ascending order of ids, those of the base included.
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
#pragma GCC visibility pop
