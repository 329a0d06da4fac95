// Files of /proc and /sys that hold a line or two. Read by system calls: the streams of the C++ library set up their locale first,
// which takes longer than all that a small program does besides.
//
// Core: no heap, but for the text that is returned by value.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lsmith::loader {

/// As much of the file as there is room for; empty when it cannot be read.
std::string_view read_small_file(const char* path, std::span<char> room);

/// Up to 4096 bytes of the file; empty when it cannot be read.
inline std::string read_small_file(const char* path) {
  char room[4096];
  return std::string(read_small_file(path, room));
}

}  // namespace lsmith::loader
