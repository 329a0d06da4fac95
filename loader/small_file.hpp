// Files of /proc and /sys that hold a line or two. Read by system calls: the streams of the C++ library set up their locale first,
// which takes longer than all that a small program does besides.
#pragma once

#include <string>

namespace lsmith::loader {

/// Up to 4096 bytes of the file; empty when it cannot be read.
std::string read_small_file(const char* path);

}  // namespace lsmith::loader
