// Where type information comes from. The kernel's five megabytes can be mapped from 6.16 on; before, sysfs hands out at
// most 4096 bytes a read, and holding all of it costs more than looking at it once. So a reader asks a source for the few
// bytes it needs now, and the source has them mapped or fetches them through a small window. A mapped source costs its
// reader one branch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <lsmith/btf/base/bytes.hpp>

namespace lsmith::btf {

/// Copies up to `length` bytes at `offset` of `from` to `to`. Returns how many (fewer is allowed, 0 is the end), or an
/// errno with its sign turned.
using read_at_fn = long (*)(void* from, std::uint64_t offset, void* to, std::size_t length);

/// Bytes of one piece of BTF. Owns nothing: the bytes, or what `from` points to and the window, outlive it.
class source {
 public:
  using read_at_fn = btf::read_at_fn;

  /// The least window that reading() can use (its half holds the longest name a kernel has), and the one that suits sysfs:
  /// a page for types and one for strings.
  static constexpr std::size_t least_window = 1024;
  static constexpr std::size_t good_window = 8192;

  /// All bytes are in memory.
  static source mapped(bytes whole) {
    source made;
    made.memory_ = whole.data();
    made.size_ = whole.size();
    return made;
  }

  /// The `size` bytes are read piece by piece into `window` (at least least_window bytes, else nothing can be read).
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

  /// Which half of the window a piece goes through. Types and strings are read in turn, and neither should push out the
  /// other.
  enum class section : std::uint8_t { types, strings };

  /// The longest piece that piece() gives at once.
  std::size_t longest_piece() const { return is_mapped() ? static_cast<std::size_t>(size_) : half_; }

  /// `length` bytes at `offset`, valid until the next call for the same half. Null when they do not lie inside, exceed
  /// longest_piece(), or could not be read: then system_error() says why, or is 0 when the source ended early.
  const std::byte* piece(std::uint64_t offset, std::size_t length, section in) {
    if (memory_ != nullptr) return within(offset, length, size_) ? memory_ + offset : nullptr;
    const shown& now = shown_[static_cast<unsigned>(in)];
    if (offset >= now.offset && within(offset - now.offset, length, now.length)) return location_of(in) + (offset - now.offset);
    return fetch(offset, length, half_, in);
  }

  /// The same for a look in passing: what must be read for it is that and no more.
  const std::byte* glance(std::uint64_t offset, std::size_t length, section in) {
    return memory_ != nullptr ? piece(offset, length, in) : fetch(offset, length, length, in);
  }

  /// The bytes already at hand from `offset` on, at least one; empty when there is none. For reading on and on.
  bytes from(std::uint64_t offset, section in) {
    const std::byte* start = piece(offset, 1, in);
    if (start == nullptr) return {};
    if (memory_ != nullptr) return {start, static_cast<std::size_t>(size_ - offset)};
    const shown& now = shown_[static_cast<unsigned>(in)];
    return {start, static_cast<std::size_t>(now.offset + now.length - offset)};
  }

  /// The errno (positive) with which a read failed last; 0 when none did.
  std::uint16_t system_error() const { return system_error_; }

 private:
  struct shown {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };

  std::byte* location_of(section in) { return window_ + (in == section::types ? 0 : half_); }

  // Fills a half from `offset` on, with `enough` bytes where there are so many, and with one read where that brings enough.
  const std::byte* fetch(std::uint64_t offset, std::size_t length, std::size_t enough, section in) {
    if (length > half_ || !within(offset, length, size_)) return nullptr;
    shown& now = shown_[static_cast<unsigned>(in)];
    now = {offset, 0};
    const std::uint64_t most = size_ - offset < enough ? size_ - offset : enough;
    while (now.length < length) {
      const long got = read_(from_, offset + now.length, location_of(in) + now.length, static_cast<std::size_t>(most - now.length));
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
