// What a record's tail holds: the members of a struct, the arguments of a function, the values of an enum, the variables of
// a section. An entry is decoded when it is read; nothing is copied beforehand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include <lsmith/btf/format/format.hpp>

namespace lsmith::btf {

class type;

namespace detail {
struct image;
}

/// A member of a struct or union.
struct member {
  std::string_view name;        ///< empty for an anonymous struct or union
  type_id type;
  std::uint32_t bit_offset;     ///< from the start of the struct
  std::uint8_t bitfield_bits;   ///< 0 when it is no bitfield
};

/// An argument of a function. The last one has neither name nor type when the function takes any more ("...").
struct param {
  std::string_view name;
  type_id type;
};

/// A named value of an enum. Values of an unsigned 64-bit enum above the signed range appear negative.
struct enumerator {
  std::string_view name;
  std::int64_t value;
};

/// A variable's place in a section.
struct section_entry {
  type_id variable;
  std::uint32_t offset;
  std::uint32_t size;
};

namespace detail {

// Where the entries of a tail are, and what is needed to read one.
struct tail {
  const image* in = nullptr;
  const std::byte* first = nullptr;
  record head = {};
};

// Reads one entry. Defined for the four sorts of entries above.
template <class Entry>
Entry read_entry(const tail& from, std::uint32_t index);

}  // namespace detail

/// The entries of one type's tail, decoded as they are read. Valid as long as the types are.
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

  entries() = default;
  std::uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Entry operator[](std::uint32_t index) const { return detail::read_entry<Entry>(from_, index); }  ///< index < size()
  iterator begin() const { return {from_, 0}; }
  iterator end() const { return {from_, count_}; }

 private:
  friend class type;
  entries(const detail::tail& from, std::uint32_t count) : from_(from), count_(count) {}

  detail::tail from_ = {};
  std::uint32_t count_ = 0;
};

}  // namespace lsmith::btf
