// A type's number says nothing about where its record is. Whoever walks over the records therefore leaves marks behind,
// near enough to each other that the rest of the way is short, and few enough to need no heap.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>

namespace lsmith::btf {

/// Where a record is: its type's number and its offset in the source.
struct position {
  std::uint32_t id;
  std::uint64_t offset;
};

/// Marks about every 64th type, or every 128th, 256th, ... when there are more than fit. Knows the types up to some
/// frontier, without a gap. 16 KiB.
class offset_table {
 public:
  explicit offset_table(std::uint64_t types) : start_(types) { add({1, types}); }

  /// The first type that would be marked.
  std::uint32_t next_id() const { return marks_[used_ - 1].id + stride_; }

  /// Marks a type; does nothing when it is before next_id().
  void note(position of) {
    if (of.id < next_id()) return;
    if (used_ == places) thin_out();
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
  struct mark {
    std::uint32_t id;
    std::uint32_t offset;  // from the start of the types
  };
  static constexpr std::uint32_t places = 2048;

  void add(position of) { marks_[used_++] = {of.id, static_cast<std::uint32_t>(of.offset - start_)}; }

  void thin_out() {
    for (std::uint32_t i = 0; i < places / 2; ++i) marks_[i] = marks_[2 * i];
    used_ = places / 2;
    stride_ *= 2;
  }

  std::uint64_t start_;
  std::uint32_t used_ = 0;
  std::uint32_t stride_ = 64;
  mark marks_[places];
};

}  // namespace lsmith::btf
