// Reads files of /proc and /sys that contain a few lines. Uses system calls: a stream of the C++ library first sets up its
// locale, which takes longer than everything else that a small program does.
//
// Part of the core: no heap, except in the function that returns a std::string.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lsmith::loader {

/// Reads as much of the file as fits into `room`, and returns a view of it. Empty if the file cannot be read.
std::string_view read_small_file(const char* path, std::span<char> room);

/// Returns up to 4096 bytes of the file. Empty if it cannot be read.
inline std::string read_small_file(const char* path) {
  char room[4096];
  return std::string(read_small_file(path, room));
}

}  // namespace lsmith::loader
