// Where a record ends is known only when it has been read, so a walk waits for memory and for the multiplication at every
// step, while the processor could do four times as much. Here four cursors walk at once, in four lanes of one block:
//
//   | lane 0 ......... | lane 1 ......... | lane 2 ......... | lane 3 ......... |  next block
//   ^ known            ^ guessed          ^ guessed          ^ guessed          ^ guessed
//
// A lane's start is a guess (guess_record). And the guess is proven: when the lane before it ends exactly there, a record
// starts there. If one does not, nothing of the block counts, and it is walked in the ordinary way. Numbers of types are counted from a lane's start, until the lanes before it are proven.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>

#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/search/binary_search.hpp>
#include <lsmith/btf/search/offset_table.hpp>

namespace lsmith::btf::detail {

/// Numbers, to be asked whether one is among them; "perhaps" for a few others.
class number_filter {
 public:
  void add(std::uint32_t number) { bytes_[number % size] = 1; }
  bool may_have(std::uint32_t number) const { return bytes_[number % size] != 0; }

 private:
  static constexpr std::uint32_t size = 2048;
  std::uint8_t bytes_[size] = {};
};

/// One block of records, walked over by four cursors.
class interleaved_walk {
 public:
  interleaved_walk(bytes types, const sections& parts, const number_filter& names) : types_(types), parts_(parts), names_(names) {}

  /// Walks over the block that starts with the type `at`; its offset counts from the start of the types. False when
  /// less than a block is left, when the guesses were wrong, or when something else was not as usual.
  bool walk(position at) {
    start_ = at;
    starts_[0] = at.offset;
    for (std::uint32_t i = 1; i <= count; ++i) {
      starts_[i] = guess_record(types_, parts_, at.offset + std::uint64_t{i} * cursor_size);
      if (starts_[i] == nowhere) return false;
    }
    sound_ = true;
    for (lane& each : cursors_) each.records = each.hits = 0;
    race();
    return sound_;
  }

  /// The first type behind the block.
  position end() const { return {first_id(count), starts_[count]}; }

  /// Shows every 64th record, in order of ids.
  template <class Show>
  void each_mark(Show show) const {
    for (std::uint32_t i = 0; i < count; ++i)
      for (std::uint32_t n = 0; n * marked < cursors_[i].records; ++n) show(position{first_id(i) + n * marked, cursors_[i].marks[n]});
  }

  /// Shows the records whose names may be among those sought, in order of ids, until it returns false.
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
  static constexpr std::uint32_t most_marks = cursor_size / record::size_in_file / marked + 16;
  static constexpr std::uint32_t most_hits = 32;

  struct hit {
    std::uint32_t index;  // of the record in its lane
    std::uint32_t at;
  };
  struct lane {
    std::uint32_t records;
    std::uint32_t hits;
    std::uint32_t marks[most_marks];
    hit found[most_hits];
  };

  std::uint32_t first_id(std::uint32_t lane) const {
    std::uint32_t id = start_.id;
    for (std::uint32_t i = 0; i < lane; ++i) id += cursors_[i].records;
    return id;
  }

  // Goes on by one record. The size is looked up without a branch: which kind comes next cannot be guessed, and the other
  // lanes are worked on meanwhile.
  [[gnu::always_inline]] const std::byte* step(const std::byte* at, std::uint32_t lane, std::uint32_t index) {
    const auto name = read_as<std::uint32_t>(at);
    const std::uint64_t size = parts_.shapes.size(read_as<std::uint32_t>(at + 4));
    if (names_.may_have(name)) [[unlikely]] hit_in(lane, index, at);
    return at + size;
  }

  [[gnu::noinline]] void hit_in(std::uint32_t lane, std::uint32_t index, const std::byte* at) {
    if (cursors_[lane].hits == most_hits) sound_ = false;
    else cursors_[lane].found[cursors_[lane].hits++] = {index, offset_of(at)};
  }

  void mark(std::uint32_t lane, std::uint32_t index, const std::byte* at) { cursors_[lane].marks[index / marked] = offset_of(at); }

  std::uint32_t offset_of(const std::byte* at) const { return static_cast<std::uint32_t>(at - types_.data()); }

  // All four together until the first is through, then each to its end. A record of unknown length would never end: no lane
  // has more steps than records fit into it.
  void race() {
    const std::byte* const base = types_.data();
    const std::byte *a = base + starts_[0], *b = base + starts_[1], *c = base + starts_[2], *d = base + starts_[3];
    const std::byte *const b_start = b, *const c_start = c, *const d_start = d, *const end = base + starts_[4];
    constexpr std::uint32_t most = (most_marks - 1) * marked;
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

  void finish(std::uint32_t lane, std::uint32_t index, const std::byte* at, const std::byte* end) {
    constexpr std::uint32_t most = most_marks * marked;
    for (; at < end && index < most; ++index) {
      if (index % marked == 0) mark(lane, index, at);
      at = step(at, lane, index);
    }
    cursors_[lane].records = index;
    sound_ = sound_ && at == end;
  }

  bytes types_;
  const sections& parts_;
  const number_filter& names_;
  position start_ = {};
  std::uint64_t starts_[count + 1] = {};
  bool sound_ = false;
  lane cursors_[count];
};

}  // namespace lsmith::btf::detail
