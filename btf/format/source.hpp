// Where the bytes of BTF come from. The kernel's BTF has five megabytes. Since 6.16 it can be mapped; before, it is read from
// sysfs, at most 4096 bytes per read, and a copy of all of it costs more than reading it once. So a reader requests a few
// bytes at a time from a source, which has them mapped or reads them into a small window. With a mapped source a request
// costs one branch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <lsmith/btf/base/bytes.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// Copies up to `length` bytes at `offset` of `from` to `to`. Returns how many (fewer are allowed, 0 is the end), or a
/// negated errno.
using read_at_fn = long (*)(void* from, std::uint64_t offset, void* to, std::size_t length);

/// The bytes of one BTF. Owns nothing: the mapped bytes, or the object at `from` and the window, must outlive it.
class source {
 public:
  using read_at_fn = btf::read_at_fn;

  /// The smallest window for reading(), in bytes (one half has room for the longest name of a kernel), and the best one for
  /// sysfs: a page for types and one for strings.
  static constexpr std::size_t least_window = 1024;
  static constexpr std::size_t good_window = 8192;

  /// A source of bytes that are all in memory.
  static source mapped(bytes whole) {
    source made;
    made.memory_ = whole.data();
    made.size_ = whole.size();
    return made;
  }

  /// A source of `size` bytes that are read piece by piece into `window`, which has at least least_window bytes.
  static source reading(read_at_fn read, void* from, std::uint64_t size, std::span<std::byte> window) {
    source made;
    made.read_ = read;
    made.from_ = from;
    made.size_ = size;
    made.window_ = window.data();
    made.half_ = window.size() / 2;
    return made;
  }

  std::uint64_t size() const { return size_; }
  bool is_mapped() const { return memory_ != nullptr; }

  /// Which half of the window a piece is read into. Types and strings are read in turn; with a half each they do not evict
  /// each other.
  enum class section : std::uint8_t { types, strings };

  /// The largest `length` that piece() accepts.
  std::size_t longest_piece() const { return is_mapped() ? static_cast<std::size_t>(size_) : half_; }

  /// `length` bytes at `offset`, valid until the next call for the same section. Null when they are not inside, when `length`
  /// exceeds longest_piece(), or when they could not be read: then system_error() is the errno, or 0 if the source ended early.
  const std::byte* piece(std::uint64_t offset, std::size_t length, section in) {
    if (memory_ != nullptr) return within(offset, length, size_) ? memory_ + offset : nullptr;
    const shown& now = shown_[static_cast<unsigned>(in)];
    if (offset >= now.offset && within(offset - now.offset, length, now.length)) return location_of(in) + (offset - now.offset);
    return fetch(offset, length, half_, in);
  }

  /// The same for a single access: reads no more than these bytes.
  const std::byte* glance(std::uint64_t offset, std::size_t length, section in) {
    return memory_ != nullptr ? piece(offset, length, in) : fetch(offset, length, length, in);
  }

  /// All bytes in memory from `offset` on: at least one, or empty when none could be read. For sequential reading. Valid like
  /// piece().
  bytes from(std::uint64_t offset, section in) {
    const std::byte* start = piece(offset, 1, in);
    if (start == nullptr) return {};
    if (memory_ != nullptr) return {start, static_cast<std::size_t>(size_ - offset)};
    const shown& now = shown_[static_cast<unsigned>(in)];
    return {start, static_cast<std::size_t>(now.offset + now.length - offset)};
  }

  /// The errno (positive) of the last failed read; 0 when no read failed.
  std::uint16_t system_error() const { return system_error_; }

 private:
  struct shown {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };

  std::byte* location_of(section in) { return window_ + (in == section::types ? 0 : half_); }

  // Reads up to `enough` bytes from `offset` on into one half. Stops as soon as `length` bytes are there.
  const std::byte* fetch(std::uint64_t offset, std::size_t length, std::size_t enough, section in) {
    if (length > half_ || !within(offset, length, size_)) return nullptr;
    shown& now = shown_[static_cast<unsigned>(in)];
    now = {offset, 0};
    const std::uint64_t most = size_ - offset < enough ? size_ - offset : enough;
    while (now.length < length) {
      const long got =
          read_(from_, offset + now.length, location_of(in) + now.length, static_cast<std::size_t>(most - now.length));
      if (got < 0) system_error_ = static_cast<std::uint16_t>(-got);
      if (got <= 0 || static_cast<std::uint64_t>(got) > most - now.length) return nullptr;
      now.length += static_cast<std::uint64_t>(got);
    }
    return location_of(in);
  }

  const std::byte* memory_ = nullptr;
  std::uint64_t size_ = 0;
  read_at_fn read_ = nullptr;
  void* from_ = nullptr;
  std::byte* window_ = nullptr;
  std::size_t half_ = 0;
  shown shown_[2] = {};
  std::uint16_t system_error_ = 0;
};

}  // namespace lsmith::btf
#pragma GCC visibility pop
