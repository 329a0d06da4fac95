// Every reader of BTF first finds the types and the strings with the header. The header is not trusted: each of its offsets
// and lengths is checked, because it could point outside the file.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/format.hpp>
#include <lsmith/btf/format/source.hpp>

namespace lsmith::btf {

/// The length of records by kind: the kinds of known_shapes, and those that the file's layout section (since 7.1) describes.
/// A walk over a hundred thousand records reads this table once for each.
class shape_table {
 public:
  constexpr shape_table() {
    for (std::uint32_t i = 1; i < known_kinds; ++i) set(i, known_shapes[i]);
  }

  constexpr void set(std::uint32_t number, shape as) {
    lengths_[number] = {std::uint32_t{record::size_in_file} + as.fixed, as.each};
  }
  constexpr bool supports(std::uint32_t number) const { return lengths_[number].whole != 0; }

  /// The length of the whole record in bytes, for its info word; 0 when the kind's length is unknown.
  std::uint64_t size(std::uint32_t info) const { return size(info, lengths_[info >> 24 & 0x7f]); }

  /// The same for a walk from record to record. Most records have no tail; with a predicted branch the CPU reads the next
  /// record before the length of this one is computed.
  std::uint64_t size_in_walk(std::uint32_t info) const {
    const length& of = lengths_[info >> 24 & 0x7f];
    return of.each == 0 ? of.whole : size(info, of);
  }

 private:
  // Bytes of a record without entries, and of each entry.
  struct length {
    std::uint32_t whole = 0, each = 0;
  };
  // At most 255 bytes for each of 2^24 entries, plus the rest, is less than 2^32.
  static std::uint64_t size(std::uint32_t info, const length& of) { return of.whole + of.each * (info & 0xff'ffff); }

  length lengths_[all_kinds] = {};
};

/// Where types and strings are, as offsets in bytes from the start of the BTF. find_sections() has checked that they are
/// inside.
struct sections {
  std::uint64_t types = 0;
  std::uint32_t types_size = 0;
  std::uint64_t strings = 0;
  std::uint32_t strings_size = 0;
  shape_table shapes = {};

  std::uint64_t types_end() const { return types + types_size; }
};

/// Whether the BTF is complete, or split BTF (of a module), which continues the ids and strings of a base. Only the strings
/// of complete BTF must begin with the empty string.
enum class container : std::uint8_t { alone, split };

namespace detail {

inline error reading_error(cause why, std::uint64_t offset) {
  error e;
  e.why = why;
  e.during = stage::read_types;
  e.where = location::at(offset);
  return e;
}

template <std::size_t N>
std::unexpected<error> bad_field(const char (&name)[N], std::uint64_t offset, std::uint64_t value) {
  error e = reading_error(cause::btf_header, offset);
  e.name = name;
  e.first = static_cast<std::int64_t>(value);
  return failure(e);
}

// Why source::piece() returned null: a failed read, or a source that ends too early.
template <std::size_t N>
std::unexpected<error> unread(const source& from, const char (&part)[N], std::uint64_t offset, std::uint64_t length) {
  error e = reading_error(from.system_error() != 0 ? cause::file_unreadable : cause::btf_truncated, offset);
  e.system_error = from.system_error();
  e.name = part;
  e.first = static_cast<std::int64_t>(offset + length);
  e.second = static_cast<std::int64_t>(from.size());
  return failure(e);
}

inline result<header> read_header(source& from) {
  header head = {};
  const std::byte* start = from.piece(0, short_header, source::section::types);
  if (start == nullptr && from.size() >= sizeof magic) start = from.piece(0, sizeof magic, source::section::types);
  if (start == nullptr) return unread(from, "header", 0, short_header);

  head.magic = read_as<std::uint16_t>(start);
  if (head.magic != magic) {
    error e = reading_error(cause::btf_magic, 0);
    e.first = head.magic;
    return failure(e);
  }
  if (from.size() < short_header) return unread(from, "header", 0, short_header);

  __builtin_memcpy(&head, start, short_header);
  if (head.version != version) return bad_field("version", offsetof(header, version), head.version);
  if (head.flags != 0) return bad_field("flags", offsetof(header, flags), head.flags);
  if (head.hdr_len < short_header || head.hdr_len > from.size())
    return bad_field("hdr_len", offsetof(header, hdr_len), head.hdr_len);
  if (head.hdr_len < sizeof head) return head;

  start = from.piece(0, sizeof head, source::section::types);
  if (start == nullptr) return unread(from, "header", 0, sizeof head);
  __builtin_memcpy(&head, start, sizeof head);
  return head;
}

// Kinds newer than known_kinds are skipped with the shapes from the file.
inline result<void> read_layout(source& from, const header& head, shape_table& shapes) {
  const std::uint64_t start = std::uint64_t{head.hdr_len} + head.layout_off;
  for (std::uint32_t i = known_kinds; i < all_kinds && (i + 1) * sizeof(layout_entry) <= head.layout_len; ++i) {
    const std::byte* entry = from.piece(start + i * sizeof(layout_entry), sizeof(layout_entry), source::section::types);
    if (entry == nullptr) return unread(from, "layout", start, head.layout_len);
    const auto layout = read_as<layout_entry>(entry);
    shapes.set(i, {layout.info_sz, layout.elem_sz});
  }
  return {};
}

inline result<void> check_strings(source& from, const sections& parts, container as) {
  const std::byte* first = from.piece(parts.strings, 1, source::section::strings);
  if (first == nullptr) return unread(from, "strings", parts.strings, 1);
  if (as == container::alone && *first != std::byte{0}) return bad_field("str_off", offsetof(header, str_off), parts.strings);
  const std::byte* last = from.piece(parts.strings + parts.strings_size - 1, 1, source::section::strings);
  if (last == nullptr) return unread(from, "strings", parts.strings, parts.strings_size);
  if (*last != std::byte{0}) return bad_field("str_len", offsetof(header, str_len), parts.strings_size);
  return {};
}

}  // namespace detail

/// Reads and checks the header. The rules are the kernel's (btf_parse_hdr and btf_parse_str_sec in kernel/bpf/btf.c), except
/// that the sections may be in any order and have gaps between them. Errors: btf_magic (also for the other byte order),
/// btf_truncated, btf_header, file_unreadable.
inline result<sections> find_sections(source& from, container as = container::alone) {
  using detail::bad_field;
  const result<header> read = detail::read_header(from);
  if (!read) return failure(read.error());
  const header& head = *read;
  const std::uint64_t body = from.size() - head.hdr_len;

  if (head.type_off % 4 != 0 || head.type_off > body) return bad_field("type_off", offsetof(header, type_off), head.type_off);
  if (!within(head.type_off, head.type_len, body) || (as == container::alone && head.type_len == 0))
    return bad_field("type_len", offsetof(header, type_len), head.type_len);
  if (head.str_off > body) return bad_field("str_off", offsetof(header, str_off), head.str_off);
  if (!within(head.str_off, head.str_len, body) || (as == container::alone && head.str_len == 0))
    return bad_field("str_len", offsetof(header, str_len), head.str_len);
  const bool apart =
      std::uint64_t{head.type_off} + head.type_len <= head.str_off || std::uint64_t{head.str_off} + head.str_len <= head.type_off;
  if (!apart) return bad_field("str_off", offsetof(header, str_off), head.str_off);
  if (head.layout_off > body || head.layout_off % 4 != 0)
    return bad_field("layout_off", offsetof(header, layout_off), head.layout_off);
  if (!within(head.layout_off, head.layout_len, body) || head.layout_len % sizeof(layout_entry) != 0)
    return bad_field("layout_len", offsetof(header, layout_len), head.layout_len);

  sections parts;
  parts.types = std::uint64_t{head.hdr_len} + head.type_off;
  parts.types_size = head.type_len;
  parts.strings = std::uint64_t{head.hdr_len} + head.str_off;
  parts.strings_size = head.str_len;
  if (result<void> laid = detail::read_layout(from, head, parts.shapes); !laid) return failure(laid.error());
  if (head.str_len == 0) return parts;
  if (result<void> sound = detail::check_strings(from, parts, as); !sound) return failure(sound.error());
  return parts;
}

}  // namespace lsmith::btf
