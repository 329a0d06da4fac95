// The end of a record is known only after it is read. So a walk waits at each step for memory and for a multiplication, and
// uses a quarter of what the CPU could do. Here four cursors walk at the same time, each over a quarter of one block:
//
//   | cursor 0 ....... | cursor 1 ....... | cursor 2 ....... | cursor 3 ....... |  next block
//   ^ known            ^ guessed          ^ guessed          ^ guessed          ^ guessed
//
// The start of a cursor is a guess (guess_record). The guess is right if the cursor before it ends exactly there. If one guess
// is wrong, the results of the whole block are dropped, and the ordinary walk reads the block. While the cursors walk, each
// counts its records from 0; their type ids are computed afterwards.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>

#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/search/binary_search.hpp>
#include <lsmith/btf/search/offset_table.hpp>

namespace lsmith::btf::detail {

/// A set of numbers, for a fast first test: may_have() is true for every number added, and for a few others.
class number_filter {
 public:
  void add(std::uint32_t number) { bytes_[number % size] = 1; }
  bool may_have(std::uint32_t number) const { return bytes_[number % size] != 0; }

 private:
  static constexpr std::uint32_t size = 2048;
  std::uint8_t bytes_[size] = {};
};

/// Walks over one block of records (about 256 KiB) with four cursors. All arguments must outlive it.
class interleaved_walk {
 public:
  interleaved_walk(bytes types, const sections& parts, const number_filter& names)
      : types_(types), parts_(parts), names_(names) {}

  /// Walks over the block that starts with the type `at`; its offset counts from the start of the types. Returns false when
  /// less than a block is left, when a guess was wrong, or when there were more hits than a cursor has room for (32).
  bool walk(position at) {
    start_ = at;
    starts_[0] = at.offset;
    for (std::uint32_t i = 1; i <= count; ++i) {
      starts_[i] = guess_record(types_, parts_, at.offset + std::uint64_t{i} * cursor_size);
      if (starts_[i] == nowhere) return false;
    }
    sound_ = true;
    for (cursor& each : cursors_) each.records = each.hits = 0;
    step_all();
    return sound_;
  }

  /// The first type after the block. Valid after walk() returned true, like each_mark() and each_hit().
  position end() const { return {first_id(count), starts_[count]}; }

  /// Calls show(position) for every 64th record of each cursor, in ascending order of ids.
  template <class Show>
  void each_mark(Show show) const {
    for (std::uint32_t i = 0; i < count; ++i)
      for (std::uint32_t n = 0; n * marked < cursors_[i].records; ++n)
        show(position{first_id(i) + n * marked, cursors_[i].marks[n]});
  }

  /// Calls show(position) for the records whose names may be in the filter, in ascending order of ids, until it returns false.
  template <class Show>
  void each_hit(Show show) const {
    for (std::uint32_t i = 0; i < count; ++i)
      for (std::uint32_t n = 0; n < cursors_[i].hits; ++n)
        if (!show(position{first_id(i) + cursors_[i].found[n].index, cursors_[i].found[n].at})) return;
  }

 private:
  static constexpr std::uint32_t count = 4;
  static constexpr std::uint32_t cursor_size = 64 * 1024;
  static constexpr std::uint32_t marked = 64;
  static constexpr std::uint32_t max_marks = cursor_size / record::size_in_file / marked + 16;
  static constexpr std::uint32_t max_hits = 32;

  struct hit {
    std::uint32_t index;  // of the record, among those of its cursor
    std::uint32_t at;
  };
  struct cursor {
    std::uint32_t records;
    std::uint32_t hits;
    std::uint32_t marks[max_marks];
    hit found[max_hits];
  };

  std::uint32_t first_id(std::uint32_t which) const {
    std::uint32_t id = start_.id;
    for (std::uint32_t i = 0; i < which; ++i) id += cursors_[i].records;
    return id;
  }

  // Moves a cursor to the next record. The size is computed without a branch: the CPU cannot predict the kind, and works on the
  // other cursors while it waits.
  [[gnu::always_inline]] const std::byte* step(const std::byte* at, std::uint32_t which, std::uint32_t index) {
    const auto name = read_as<std::uint32_t>(at);
    const std::uint64_t size = parts_.shapes.size(read_as<std::uint32_t>(at + 4));
    if (names_.may_have(name)) [[unlikely]]
      hit_in(which, index, at);
    return at + size;
  }

  [[gnu::noinline]] void hit_in(std::uint32_t which, std::uint32_t index, const std::byte* at) {
    if (cursors_[which].hits == max_hits) sound_ = false;
    else cursors_[which].found[cursors_[which].hits++] = {index, offset_of(at)};
  }

  void mark(std::uint32_t which, std::uint32_t index, const std::byte* at) {
    cursors_[which].marks[index / marked] = offset_of(at);
  }

  std::uint32_t offset_of(const std::byte* at) const { return static_cast<std::uint32_t>(at - types_.data()); }

  // Moves all four cursors in turn until one reaches its end, then each of the others to its own end. A record of unknown
  // length has size 0 and would make a loop endless, so the number of steps is limited to the records that fit.
  void step_all() {
    const std::byte* const base = types_.data();
    const std::byte *a = base + starts_[0], *b = base + starts_[1], *c = base + starts_[2], *d = base + starts_[3];
    const std::byte *const b_start = b, *const c_start = c, *const d_start = d, *const end = base + starts_[4];
    constexpr std::uint32_t most = (max_marks - 1) * marked;
    std::uint32_t i = 0;
    while (i < most && a < b_start && b < c_start && c < d_start && d < end) {
      mark(0, i, a), mark(1, i, b), mark(2, i, c), mark(3, i, d);
      for (const std::uint32_t pause = i + marked; i < pause; ++i) {
        if (a >= b_start || b >= c_start) break;
        if (c >= d_start || d >= end) break;
        a = step(a, 0, i);
        b = step(b, 1, i);
        c = step(c, 2, i);
        d = step(d, 3, i);
      }
    }
    finish(0, i, a, b_start);
    finish(1, i, b, c_start);
    finish(2, i, c, d_start);
    finish(3, i, d, end);
  }

  void finish(std::uint32_t which, std::uint32_t index, const std::byte* at, const std::byte* end) {
    constexpr std::uint32_t most = max_marks * marked;
    for (; at < end && index < most; ++index) {
      if (index % marked == 0) mark(which, index, at);
      at = step(at, which, index);
    }
    cursors_[which].records = index;
    sound_ = sound_ && at == end;
  }

  bytes types_;
  const sections& parts_;
  const number_filter& names_;
  position start_ = {};
  std::uint64_t starts_[count + 1] = {};
  bool sound_ = false;
  cursor cursors_[count];
};

}  // namespace lsmith::btf::detail
