// The source line of each instruction. Neighbours differ little: the next slot, a line a little farther down, the same file.
// So lines are stored as steps from one to the next. Most steps take 2 bytes; a line stored in full takes 32. So the lines of
// a million instructions are made, moved and freed as fast as their code.
//
//   0sdddddd cccccccc   s + 1 slots on, d - 32 lines down, column c, the same file
//   1000ofcs ...        anything else: steps of line, slot (s) and column (c) follow; a new file (f), an offset (o)
//
// A step that follows has seven bits a byte, the lowest first, with its sign in the lowest bit. Lines can only be read from
// the first to the last.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <source_location>
#include <span>
#include <vector>

#include <lsmith/btf/base/location.hpp>
#include <lsmith/btf/base/pod_vector.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// The source location of a slot and of the slots after it, up to the next source_line.
struct source_line {
  std::uint32_t slot = 0;
  location where = {};

  constexpr bool operator==(const source_line&) const = default;
};

/// The lines of a program, in the order in which they were added. In a valid program the first is for slot 0 and slots increase
/// (check() in object.hpp). Owns the lines, but not the file names, which must outlive it (location.hpp).
class source_lines {
 public:
  class iterator;

  constexpr source_lines() = default;
  constexpr source_lines(std::initializer_list<source_line> all) : source_lines(std::span(all.begin(), all.size())) {}
  constexpr explicit source_lines(std::span<const source_line> all) {
    for (const source_line& one : all) add(one);
  }

  /// Adds a line after the last.
  constexpr void add(const source_line& next) {
    const std::uint32_t down = next.where.line - last_.where.line + most_up, on = next.slot - last_.slot - 1;
    const bool is_near = down < downs && on < slots_on && next.where.column < columns && next.where.file == last_.where.file &&
                         next.where.offset == last_.where.offset;
    if (is_near) {
      steps_.push(static_cast<std::uint8_t>(on * downs + down));
      steps_.push(static_cast<std::uint8_t>(next.where.column));
    } else {
      add_far(next);
    }
    last_ = next;
  }

  /// Adds the location of a slot. Nothing is added if the last line has the same location: it applies to this slot too.
  constexpr void reach(std::uint32_t slot, const std::source_location& written) {
    const location where = location::of(written);
    if (where == last_.where && !empty()) return;
    add({slot, where});
  }

  /// The same for the operations (isa::operation) of a listing. The first one has slot `slot`.
  constexpr void reach_all(std::uint32_t slot, const auto& listing) {
    if consteval {
      for (const auto& one : listing) {
        if (one.slots() != 0) reach(slot, one.where);
        slot += one.slots();
      }
    } else {
      reach_quickly(slot, listing);
    }
  }

  constexpr bool empty() const { return steps_.empty(); }
  constexpr std::size_t size() const;  ///< counts the lines: it reads all of them
  constexpr iterator begin() const;
  static constexpr std::default_sentinel_t end() { return {}; }
  constexpr source_line front() const;                          ///< only if not empty
  constexpr const source_line& back() const { return last_; }  ///< only if not empty; valid until the lines change
  constexpr void clear() { *this = {}; }

  /// All lines in full, for reading in any order.
  std::vector<source_line> listed() const;

  /// Calls `how` with a reference to each line and stores the changed line.
  void change(const auto& how) {
    source_lines changed;
    for (source_line one : listed()) {
      how(one);
      changed.add(one);
    }
    *this = std::move(changed);
  }

  /// File names are compared by address.
  constexpr bool operator==(const source_lines& other) const {
    return std::ranges::equal(steps_, other.steps_) && std::ranges::equal(files_, other.files_);
  }

 private:
  // The fast path for lines that are near, as most are: the last line and the output pointer stay in registers.
  void reach_quickly(std::uint32_t slot, const auto& listing) {
    std::uint8_t* next = steps_.room_for(2 * listing.size());
    source_line last = last_;
    for (const auto& one : listing) {
      const std::uint32_t slots = one.slots();
      if (slots == 0) continue;
      const std::uint32_t line = one.where.line(), column = one.where.column();
      const std::uint32_t down = line - last.where.line + most_up, on = slot - last.slot - 1;
      const bool is_near = down < downs && on < slots_on && column < columns && one.where.file_name() == last.where.file &&
                           last.where.offset == location::no_offset;
      if (!is_near) [[unlikely]] {
        steps_.grow_to(next);
        last_ = last;
        reach(slot, one.where);
        last = last_;
        next = steps_.room_for(2 * listing.size());
      } else if (line != last.where.line || column != last.where.column) {
        *next++ = static_cast<std::uint8_t>(on * downs + down);
        *next++ = static_cast<std::uint8_t>(column);
        last.where.line = line;
        last.where.column = column;
        last.slot = slot;
      }
      slot += slots;
    }
    steps_.grow_to(next);
    last_ = last;
  }

  static constexpr std::uint32_t most_up = 32, downs = 64, slots_on = 2, columns = 256;
  static constexpr std::uint8_t far = 0x80, with_slot = 1, with_column = 2, with_file = 4, with_offset = 8;

  constexpr void add_far(const source_line& next) {
    const location &where = next.where, &before = last_.where;
    const bool slot = next.slot != last_.slot + 1, column = where.column != before.column, file = where.file != before.file,
               offset = where.offset != before.offset;
    steps_.push(
        static_cast<std::uint8_t>(far | slot * with_slot | column * with_column | file * with_file | offset * with_offset));
    put_step(where.line - before.line);
    if (slot) put_step(next.slot - last_.slot - 1);
    if (column) put_step(where.column - before.column);
    if (file) files_.push(where.file);
    if (offset) put(where.offset);
  }
  constexpr void put_step(std::uint32_t step) { put(step << 1 ^ (step >> 31 != 0 ? ~0u : 0)); }
  constexpr void put(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) steps_.push(static_cast<std::uint8_t>(value | 0x80));
    steps_.push(static_cast<std::uint8_t>(value));
  }

  pod_vector<std::uint8_t> steps_;
  pod_vector<const char*> files_;              ///< one for each change of file
  source_line last_ = {.slot = ~0u, .where = {}};  ///< at first: where the first step counts from
};

/// Reads the lines from first to last. Valid until they change.
class source_lines::iterator {
 public:
  using value_type = source_line;
  using difference_type = std::ptrdiff_t;

  constexpr iterator() = default;
  constexpr explicit iterator(const source_lines& of)
      : step_(of.steps_.begin()), end_(of.steps_.end()), file_(of.files_.begin()) {
    read();
  }

  constexpr const source_line& operator*() const { return line_; }
  constexpr const source_line* operator->() const { return &line_; }
  constexpr iterator& operator++() {
    read();
    return *this;
  }
  constexpr iterator operator++(int) {
    iterator before = *this;
    ++*this;
    return before;
  }
  constexpr bool operator==(const iterator& other) const { return step_ == other.step_ && ended_ == other.ended_; }
  constexpr bool operator==(std::default_sentinel_t) const { return ended_; }

 private:
  constexpr void read() {
    ended_ = step_ == end_;
    if (ended_) return;
    location& where = line_.where;
    const std::uint8_t what = *step_++;
    if ((what & far) == 0) {
      line_.slot += what / downs + 1;
      where.line += what % downs - most_up;
      where.column = *step_++;
      return;
    }
    where.line += take_step();
    line_.slot += 1 + ((what & with_slot) != 0 ? take_step() : 0);
    if ((what & with_column) != 0) where.column += take_step();
    if ((what & with_file) != 0) where.file = *file_++;
    if ((what & with_offset) != 0) where.offset = take();
  }
  constexpr std::uint32_t take_step() {
    const auto folded = static_cast<std::uint32_t>(take());
    return folded >> 1 ^ ((folded & 1) != 0 ? ~0u : 0);
  }
  constexpr std::uint64_t take() {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (; (*step_ & 0x80) != 0; shift += 7) value |= std::uint64_t{*step_++ & 0x7fu} << shift;
    return value | std::uint64_t{*step_++} << shift;
  }

  const std::uint8_t* step_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  const char* const* file_ = nullptr;
  bool ended_ = true;
  source_line line_ = {.slot = ~0u, .where = {}};
};

constexpr source_lines::iterator source_lines::begin() const { return iterator(*this); }
constexpr std::size_t source_lines::size() const {
  std::size_t count = 0;
  for (iterator one = begin(); one != end(); ++one) ++count;
  return count;
}
constexpr source_line source_lines::front() const { return *begin(); }

}  // namespace lsmith
#pragma GCC visibility pop
