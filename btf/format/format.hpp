// BTF, the BPF type format, describes the types of a kernel: one section of type records and one of strings. A type's id is
// the position of its record: the first record is type 1, and id 0 is void. Records differ in length, so a type is found by
// id only by walking over the records before it, or with a table of offsets.
//
//   header | type records, back to back ... | strings, each ended by a zero byte; the first is the empty one
//
// A record is twelve bytes and a tail, whose length depends on the kind:
//
//   bytes 0-3    name, as an offset into the strings
//   bytes 4-7    info:   31  30         24 23                                0
//                       +---+-------------+-----------------------------------+
//                       | f |    kind     |         vlen: entries in the tail |
//                       +---+-------------+-----------------------------------+
//   bytes 8-11   size in bytes, or the id of another type
//
// Kernels before 7.1 define only 16 bits of vlen and 5 of kind, and keep the unused bits zero. So the wider fields are right
// for all kernels. (include/uapi/linux/btf.h, Documentation/bpf/btf.rst)
#pragma once

#include <cstddef>
#include <cstdint>

#include <lsmith/btf/base/bytes.hpp>

namespace lsmith::btf {

/// The first two bytes of all BTF, in the byte order of the machine it describes.
inline constexpr std::uint16_t magic = 0xeb9f;
/// The same, as a machine of the other byte order reads it.
inline constexpr std::uint16_t magic_swapped = 0x9feb;

/// The only version there is.
inline constexpr std::uint8_t version = 1;

/// A type's id. It is a C++ type of its own, so that it cannot be confused with an offset, an index or a size.
enum class type_id : std::uint32_t { none = 0 /* void */ };

constexpr std::uint32_t number(type_id id) { return static_cast<std::uint32_t>(id); }

/// The kind of a type (BTF_KIND_* in include/uapi/linux/btf.h), with its number. The comments name the first kernel that
/// accepts it, where that is later than 4.18.
enum class kind : std::uint8_t {
  unknown = 0,
  int_ = 1,
  ptr = 2,
  array = 3,
  struct_ = 4,
  union_ = 5,
  enum_ = 6,
  fwd = 7,         ///< forward declaration of a struct or union: only a name
  typedef_ = 8,
  volatile_ = 9,
  const_ = 10,
  restrict_ = 11,
  func = 12,       ///< a function: its name; its type is a func_proto (5.0)
  func_proto = 13, ///< the arguments and return type of a function (5.0)
  var = 14,        ///< (5.2)
  datasec = 15,    ///< a section of variables (5.2)
  float_ = 16,     ///< (5.13)
  decl_tag = 17,   ///< an attribute (btf_decl_tag) of a type, member or argument (5.16)
  type_tag = 18,   ///< an attribute (btf_type_tag) of what a pointer points to (5.17)
  enum64 = 19,     ///< an enum with 64-bit values (6.0)
};
inline constexpr std::uint32_t known_kinds = 20;  ///< one more than the last kind listed above
inline constexpr std::uint32_t all_kinds = 128;   ///< a kind is a number of seven bits

/// A set of kinds; bit n is kind n.
using kind_set = std::uint32_t;
template <class... Kinds>
constexpr kind_set kinds(Kinds... each) {
  return ((kind_set{1} << static_cast<unsigned>(each)) | ... | kind_set{0});
}
constexpr bool contains(kind_set set, kind what) {
  return static_cast<unsigned>(what) < known_kinds && (set >> static_cast<unsigned>(what) & 1) != 0;
}

/// Kinds that only qualify or rename another type. Skipping them changes neither size nor layout.
inline constexpr kind_set transparent_kinds =
    kinds(kind::typedef_, kind::volatile_, kind::const_, kind::restrict_, kind::type_tag);

/// Kinds with members.
inline constexpr kind_set composites = kinds(kind::struct_, kind::union_);
inline constexpr kind_set enums = kinds(kind::enum_, kind::enum64);
/// Kinds whose record contains their size.
inline constexpr kind_set sized_kinds = composites | enums | kinds(kind::int_, kind::float_, kind::datasec);

/// Kinds whose record has no tail.
inline constexpr kind_set bare_kinds = transparent_kinds | kinds(kind::ptr, kind::fwd, kind::func, kind::float_);

/// The header as it is in the file (struct btf_header). All offsets count from the end of the header, which is at `hdr_len`:
/// newer kernels have longer headers, and a reader skips the fields it does not support.
struct header {
  std::uint16_t magic;
  std::uint8_t version;
  std::uint8_t flags;
  std::uint32_t hdr_len;
  std::uint32_t type_off;
  std::uint32_t type_len;
  std::uint32_t str_off;
  std::uint32_t str_len;
  std::uint32_t layout_off;  ///< this and the next since 7.1, where hdr_len is 32
  std::uint32_t layout_len;
};
inline constexpr std::uint32_t short_header = 24;  ///< hdr_len before 7.1
static_assert(sizeof(header) == 32);

/// The length of a record's tail in bytes: `fixed`, plus `each` for every entry counted by vlen.
struct shape {
  std::uint8_t fixed = 0;
  std::uint8_t each = 0;
};

/// One entry of the layout section (since 7.1): the shape of the kind whose number is the index of the entry.
struct layout_entry {
  std::uint8_t info_sz;
  std::uint8_t elem_sz;
  std::uint16_t flags;
};
static_assert(sizeof(layout_entry) == 4);

/// The shapes of the kinds listed in `kind`.
inline constexpr shape known_shapes[known_kinds] = {
    {},       // unknown
    {4, 0},   // int: encoding, bit offset, bits
    {},       // ptr
    {12, 0},  // array: element, index type, count
    {0, 12},  // struct: name, type, offset
    {0, 12},  // union
    {0, 8},   // enum: name, value
    {},       // fwd
    {},       // typedef
    {},       // volatile
    {},       // const
    {},       // restrict
    {},       // func: vlen is the linkage; there is no tail
    {0, 8},   // func_proto: name, type
    {4, 0},   // var: linkage
    {0, 12},  // datasec: type, offset, size
    {},       // float
    {4, 0},   // decl_tag: index of the member or argument, -1 for the type itself
    {},       // type_tag
    {0, 12},  // enum64: name, low and high 32 bits
};

/// The first twelve bytes of every record (struct btf_type).
struct record {
  static constexpr std::uint32_t size_in_file = 12;

  std::uint32_t name;          ///< offset into the strings; 0 when the type has no name
  std::uint32_t info;
  std::uint32_t size_or_type;  ///< a size in bytes or the id of another type, depending on the kind

  constexpr std::uint32_t kind_number() const { return info >> 24 & 0x7f; }
  constexpr kind what() const { return static_cast<kind>(kind_number()); }
  constexpr std::uint32_t vlen() const { return info & 0xff'ffff; }
  /// struct, union: member offsets contain bitfield sizes; enum: values are signed; fwd: it is a union; typedef and tags: it is
  /// an attribute.
  constexpr bool flag() const { return info >> 31 != 0; }
  constexpr type_id type() const { return static_cast<type_id>(size_or_type); }

  /// The linkage of a func, which is stored in vlen: 0 static, 1 global, 2 extern.
  constexpr std::uint32_t linkage() const { return vlen(); }
};

/// Reads the record at `at`, where the caller has checked that twelve bytes are present.
inline record decode(const std::byte* at) { return read_as<record>(at); }

/// The length of the record's tail in bytes.
constexpr std::uint64_t tail_size(const record& of, shape as) {
  const bool counts = of.what() != kind::func;
  return as.fixed + (counts ? std::uint64_t{as.each} * of.vlen() : 0);
}

/// Packs an info word.
constexpr std::uint32_t info_word(kind what, std::uint32_t vlen, bool flag = false) {
  return (flag ? 1u << 31 : 0u) | static_cast<std::uint32_t>(what) << 24 | vlen;
}

/// An entry of a struct's or union's tail.
struct raw_member {
  static constexpr std::uint32_t size_in_file = 12;
  std::uint32_t name;
  std::uint32_t type;
  std::uint32_t offset;  ///< in bits; with the struct's flag only the lower 24 bits, and the upper 8 are the bitfield's size
};

/// An entry of an enum's tail.
struct raw_enumerator {
  std::uint32_t name;
  std::int32_t value;
};

/// An entry of an enum64's tail.
struct raw_enumerator64 {
  std::uint32_t name;
  std::uint32_t low;
  std::uint32_t high;
};

/// An entry of a func_proto's tail. A last entry without name and type means "...".
struct raw_param {
  std::uint32_t name;
  std::uint32_t type;
};

/// An array's tail.
struct raw_array {
  std::uint32_t element;
  std::uint32_t index;
  std::uint32_t count;
};

/// An entry of a datasec's tail.
struct raw_section_entry {
  std::uint32_t type;
  std::uint32_t offset;
  std::uint32_t size;
};

/// An int's tail: encoding and width.
struct raw_int {
  std::uint32_t word;  //   27..24 encoding | 23..16 bit offset | 7..0 bits
  constexpr bool is_signed() const { return (word >> 24 & 1) != 0; }
  constexpr bool is_char() const { return (word >> 24 & 2) != 0; }
  constexpr bool is_bool() const { return (word >> 24 & 4) != 0; }
  constexpr std::uint32_t bit_offset() const { return word >> 16 & 0xff; }
  constexpr std::uint32_t bits() const { return word & 0xff; }
};

/// Limit for nested typedefs, qualifiers and anonymous members. Real kernels stay far below it; only a loop in damaged BTF
/// exceeds it.
inline constexpr unsigned deepest_nesting = 32;

}  // namespace lsmith::btf
