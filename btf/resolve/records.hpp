// Reads the type records of a BTF, in sequence and by type id. A walk stores marks in the offset table; a lookup by id starts
// at the nearest mark before it. Each record is checked when it is read: an inconsistent one is an error with the offset of the
// record. The work that damaged BTF can cause is limited.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <span>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/format.hpp>
#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/search/find_text.hpp>
#include <lsmith/btf/search/offset_table.hpp>

namespace lsmith::btf::detail {

/// A record with its id and offset. Void has no record: it gets id 0 and kind unknown.
struct seen {
  position at;
  record head;
};

/// What the callback of a walk returns. `here`: continue. `elsewhere`: continue, but the callback has read other records, so
/// the walk must read its piece of the source again. `enough`: stop.
enum class visited : std::uint8_t { here, elsewhere, enough };

/// How a walk ended: at the requested type, at the end of the types, stopped by the callback, or with an error.
enum class walked : std::uint8_t { reached, ended, stopped, failed };

/// Reads records from a source. A function that returns false found damage or a failed read; trouble() is then the error.
class records {
 public:
  static constexpr std::uint32_t no_type = 0xffff'ffff;  ///< as `until`: to the end

  /// `room` is the memory for the marks, at least two; more marks make lookups by id faster. All arguments must outlive this.
  records(source& from, const sections& parts, std::span<mark> room)
      : from_(from), parts_(parts), table_(parts.types, room), work_left_(std::uint64_t{parts.types_size} * 4 + 4'000'000) {}

  const sections& parts() const { return parts_; }
  source& from() { return from_; }
  position first() const { return {1, parts_.types}; }
  void note(position of) { table_.note(of); }

  /// Walks from the record at `at` up to the type `until`, and sets `at` to where it ended. Calls `visit` for the records of
  /// the kinds `shown`: visited visit(position, const std::byte* start).
  template <class Visit>
  walked walk(position& at, std::uint32_t until, kind_set shown, Visit visit);

  /// Finds the record of the type with that id, which must not be void. Error: btf_type_id when there is no such type.
  bool look(type_id id, seen& found);
  /// The same, but skips typedefs, qualifiers and type tags. `id` may be void.
  bool strip(type_id id, seen& found);
  /// Sets `at` to the entry `index` of a record's tail, which has entries of `each` bytes. Valid until the next read.
  bool entry(const seen& of, std::uint32_t index, std::uint32_t each, const std::byte*& at);
  /// The size of a value of the type in bytes; 0 for a type without size. A pointer has 8.
  bool size_of(type_id id, std::uint64_t& size);

  /// Whether the string at that offset is equal to the text.
  bool name_is(std::uint32_t offset, two_part_text text);
  bool name_is(std::uint32_t offset, std::string_view text) { return name_is(offset, two_part_text{{}, text}); }
  /// Whether it is equal to the text, or to the text with a flavour after it ("___old").
  bool name_like(std::uint32_t offset, std::string_view text);
  /// The string at that offset; empty when it is outside. Only for a mapped source.
  std::string_view text(std::uint32_t offset);

  const error& trouble() const { return trouble_; }
  bool is_damaged() const { return trouble_.why != cause::none; }
  /// Records an error, and returns false.
  bool damaged(cause why, std::uint64_t offset, std::int64_t first, std::int64_t second = 0);
  template <std::size_t N>
  bool contradicts(const seen& in, const char (&what)[N]);

  /// Counts work that the size of the BTF does not limit. Error: btf_loop when there is too much. Valid BTF stays far below.
  bool spend(std::uint64_t work);

 private:
  bool unread(std::uint64_t offset, std::uint64_t length);
  bool cut_short(std::uint64_t offset, std::uint32_t id);

  source& from_;
  const sections& parts_;
  offset_table table_;
  std::uint64_t work_left_;
  error trouble_;
};

template <std::size_t N>
bool records::contradicts(const seen& in, const char (&what)[N]) {
  damaged(cause::btf_layout, in.at.offset, in.at.id);
  trouble_.name = what;
  return false;
}

template <class Visit>
walked records::walk(position& at, std::uint32_t until, kind_set shown, Visit visit) {
  const std::uint64_t end = parts_.types_end();
  while (at.offset < end && at.id != until) {
    if (end - at.offset < record::size_in_file) return cut_short(at.offset, at.id), walked::failed;
    if (from_.piece(at.offset, record::size_in_file, source::section::types) == nullptr)
      return unread(at.offset, record::size_in_file), walked::failed;
    const bytes chunk = from_.from(at.offset, source::section::types);
    const std::uint64_t length = chunk.size() < end - at.offset ? chunk.size() : end - at.offset;
    const std::uint64_t last = length - record::size_in_file;  // a record that starts after this is not complete here

    const std::byte* const base = chunk.data();
    std::uint64_t here = 0;
    std::uint64_t size = 0;  // of the record before it
    std::uint32_t id = at.id;
    visited how = visited::here;
    while (here <= last && id != until && how == visited::here) {
      if (id == table_.next_id()) table_.note({id, at.offset + here});
      const std::uint32_t noted = table_.next_id();
      const std::uint32_t pause = noted > id && noted < until ? noted : until;
      for (; here <= last && id != pause; ++id, here += size) {
        const std::uint32_t info = read_as<std::uint32_t>(base + here + 4);
        const std::uint32_t number = info >> 24 & 0x7f;
        size = parts_.shapes.size_in_walk(info);
        if (size == 0) [[unlikely]]
          return damaged(cause::btf_kind, at.offset + here, id, number), walked::failed;
        if ((shown >> (number & 31) & 1) == 0 || number >= known_kinds) continue;
        how = visit(position{id, at.offset + here}, base + here);
        if (how == visited::here) continue;
        ++id, here += size;
        break;
      }
    }
    at.id = id;
    if (is_damaged()) return walked::failed;
    if (here > end - at.offset) return cut_short(at.offset + here - size, at.id - 1), walked::failed;
    at.offset += here;
    if (how == visited::enough) return walked::stopped;
  }
  return at.id == until ? walked::reached : walked::ended;
}

}  // namespace lsmith::btf::detail
