// A type's id does not say where its record is. So a walk over the records stores the offset of every 64th type as a mark. A
// lookup by id starts at the nearest mark, so it is short; and the marks need no heap.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <span>

namespace lsmith::btf {

/// The position of a record: its type's id, and its offset in the source in bytes.
struct position {
  std::uint32_t id;
  std::uint64_t offset;
};

/// A mark. Its offset counts from the start of the types.
struct mark {
  std::uint32_t id;
  std::uint32_t offset;
};

/// Marks at about every 64th type. When `room` is full, every second mark is removed, and the distance doubles to 128, 256, ...
/// `room` has space for at least two marks and must outlive the table. `types` is the offset of the types in the source.
class offset_table {
 public:
  offset_table(std::uint64_t types, std::span<mark> room) : start_(types), marks_(room) { add({1, types}); }

  /// The id of the next type to be marked.
  std::uint32_t next_id() const { return marks_[used_ - 1].id + stride_; }

  /// Marks a type. Does nothing when its id is below next_id().
  void note(position of) {
    if (of.id < next_id()) return;
    if (used_ == marks_.size()) thin_out();
    add(of);
  }

  /// The last mark whose id is not greater than `id`.
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
