// A type's number says nothing about where its record is. Whoever walks over the records therefore leaves marks behind,
// near enough to each other that the rest of the way is short, and few enough to need no heap.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <span>

namespace lsmith::btf {

/// Where a record is: its type's number and its offset in the source.
struct position {
  std::uint32_t id;
  std::uint64_t offset;
};

/// One mark; its offset counts from the start of the types.
struct mark {
  std::uint32_t id;
  std::uint32_t offset;
};

/// Marks about every 64th type, or every 128th, 256th, ... when there are more than the room holds, which is at least two.
/// Knows the types up to some frontier, without a gap.
class offset_table {
 public:
  offset_table(std::uint64_t types, std::span<mark> room) : start_(types), marks_(room) { add({1, types}); }

  /// The first type that would be marked.
  std::uint32_t next_id() const { return marks_[used_ - 1].id + stride_; }

  /// Marks a type; does nothing when it is before next_id().
  void note(position of) {
    if (of.id < next_id()) return;
    if (used_ == marks_.size()) thin_out();
    add(of);
  }

  /// The nearest mark at or before the type.
  position nearest(std::uint32_t id) const {
    std::uint32_t low = 0;
    for (std::uint32_t high = used_; high - low > 1;) {
      const std::uint32_t middle = low + (high - low) / 2;
      (marks_[middle].id <= id ? low : high) = middle;
    }
    return {marks_[low].id, start_ + marks_[low].offset};
  }

 private:
  void add(position of) { marks_[used_++] = {of.id, static_cast<std::uint32_t>(of.offset - start_)}; }

  void thin_out() {
    used_ /= 2;
    for (std::uint32_t i = 0; i < used_; ++i) marks_[i] = marks_[2 * i];
    stride_ *= 2;
  }

  std::uint64_t start_;
  std::uint32_t used_ = 0;
  std::uint32_t stride_ = 64;
  std::span<mark> marks_;
};

}  // namespace lsmith::btf
