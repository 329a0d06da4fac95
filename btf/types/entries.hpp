// The entries of a record's tail: members of a struct, arguments of a function, enumerators of an enum, variables of a section.
// An entry is decoded each time it is read; nothing is copied beforehand. Names are valid as long as the types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include <lsmith/btf/format/format.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

class type;

namespace detail {
struct [[gnu::visibility("hidden")]] image;
}

/// A member of a struct or union.
struct member {
  std::string_view name;        ///< empty for an anonymous struct or union, or an unnamed bitfield
  type_id type;
  std::uint32_t bit_offset;     ///< in bits, from the start of the struct or union
  std::uint8_t bitfield_bits;   ///< width in bits; 0 when it is not a bitfield
};

/// An argument of a function. A last argument without name and type means "...".
struct param {
  std::string_view name;  ///< empty if BTF has none, as in the type of a function pointer
  type_id type;
};

/// A named value of an enum, with the enum's own sign. 2^63 or more, in an unsigned 64-bit enum, is stored as that number minus
/// 2^64.
struct enumerator {
  std::string_view name;
  std::int64_t value;
};

/// A variable of a section; offset and size in bytes.
struct section_entry {
  type_id variable;      ///< of its VAR, which has its name and type
  std::uint32_t offset;  ///< from the start of the section
  std::uint32_t size;
};

namespace detail {

// The location of a tail, and what is needed to read its entries.
struct tail {
  const image* in = nullptr;
  const std::byte* first = nullptr;
  record head = {};
};

// Reads one entry. Defined for the four kinds of entries above.
template <class Entry>
Entry read_entry(const tail& from, std::uint32_t index);

}  // namespace detail

/// The entries of one type's tail, decoded as they are read. A view: valid as long as the types. Iterators of one view can be
/// compared.
template <class Entry>
class entries {
 public:
  class iterator {
   public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using pointer = const Entry*;
    using reference = Entry;

    iterator() = default;
    Entry operator*() const { return detail::read_entry<Entry>(from_, index_); }
    iterator& operator++() {
      ++index_;
      return *this;
    }
    iterator operator++(int) {
      const iterator before = *this;
      ++index_;
      return before;
    }
    bool operator==(const iterator& other) const { return index_ == other.index_; }

   private:
    friend class entries;
    iterator(const detail::tail& from, std::uint32_t index) : from_(from), index_(index) {}
    detail::tail from_ = {};
    std::uint32_t index_ = 0;
  };

  entries() = default;  ///< an empty view
  std::uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// index < size(), not checked
  Entry operator[](std::uint32_t index) const { return detail::read_entry<Entry>(from_, index); }
  iterator begin() const { return {from_, 0}; }
  iterator end() const { return {from_, count_}; }

 private:
  friend class type;
  entries(const detail::tail& from, std::uint32_t count) : from_(from), count_(count) {}

  detail::tail from_ = {};
  std::uint32_t count_ = 0;
};

}  // namespace lsmith::btf
#pragma GCC visibility pop
