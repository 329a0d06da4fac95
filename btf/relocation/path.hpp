// A member path is read from left to right: "cpu_info[2].flags" is a member, an index, a member. An index at the start, as in
// "[1].flags", selects one of several values of the type that the path begins at.
//
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <string_view>

namespace lsmith::btf {

/// One step of a path. `member` is a view into the path's text.
struct path_step {
  enum class kind : std::uint8_t { member, index, end, malformed };

  kind what = kind::end;
  std::string_view member = {};
  std::uint32_t index = 0;
};

/// Splits a path into steps. The text must outlive it.
class path_reader {
 public:
  constexpr explicit path_reader(std::string_view path) : path_(path) {}

  /// The next step; `end` after the last. An empty path and a syntax error are `malformed`; do not call next() after that.
  constexpr path_step next() {
    if (at_ == path_.size()) return {at_ == 0 ? path_step::kind::malformed : path_step::kind::end, {}, 0};
    if (path_[at_] == '[') return index();
    if (at_ != 0 && path_[at_++] != '.') return {path_step::kind::malformed, {}, 0};
    return member();
  }

  /// The path up to the end of the step that was read last.
  constexpr std::string_view so_far() const { return {path_.data(), at_}; }

 private:
  constexpr path_step member() {
    const std::size_t start = at_;
    while (at_ < path_.size() && path_[at_] != '.' && path_[at_] != '[') ++at_;
    if (at_ == start) return {path_step::kind::malformed, {}, 0};
    return {path_step::kind::member, {path_.data() + start, at_ - start}, 0};
  }

  constexpr path_step index() {
    std::uint64_t value = 0;
    const std::size_t digits = ++at_;
    for (; at_ < path_.size() && path_[at_] >= '0' && path_[at_] <= '9' && value <= 0xffff'ffff; ++at_)
      value = value * 10 + static_cast<std::uint64_t>(path_[at_] - '0');
    const bool whole = at_ > digits && at_ < path_.size() && path_[at_] == ']' && value <= 0xffff'ffff;
    if (!whole) return {path_step::kind::malformed, {}, 0};
    ++at_;
    return {path_step::kind::index, {}, static_cast<std::uint32_t>(value)};
  }

  std::string_view path_;
  std::size_t at_ = 0;
};

}  // namespace lsmith::btf
