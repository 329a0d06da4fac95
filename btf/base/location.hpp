// A location is a line of C++ or of text, or an offset into bytes. Every instruction, name and error has one, so that the
// verifier's message about instruction 7 can be reported as "policy.cpp:14".
#pragma once

#include <cstdint>
#include <source_location>

#pragma GCC visibility push(default)
namespace lsmith {

/// Where something was written. Trivially copyable. `file` is not owned and must outlive the location. For a line of C++ it
/// is a string literal that the compiler made, so it always does.
struct location {
  static constexpr std::uint64_t no_offset = ~std::uint64_t{0};

  const char* file = nullptr;         ///< null when the location is an offset, or unknown
  std::uint32_t line = 0;             ///< 1-based; 0 when unknown
  std::uint32_t column = 0;           ///< 1-based; 0 when unknown
  std::uint64_t offset = no_offset;   ///< bytes from the start of the input, or no_offset

  /// The location of a C++ expression.
  static constexpr location of(const std::source_location& here) {
    return {here.file_name(), here.line(), here.column(), no_offset};
  }
  /// The location of a byte: its offset from the start of the input.
  static constexpr location at(std::uint64_t byte) { return {nullptr, 0, 0, byte}; }

  constexpr bool known() const { return file != nullptr || line != 0 || offset != no_offset; }
  constexpr bool operator==(const location&) const = default;
};

}  // namespace lsmith
#pragma GCC visibility pop
