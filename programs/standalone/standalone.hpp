// A standalone executable: one small static program that enforces one policy, for boot images that contain little else. It
// needs no libraries, no files of its own and no heap. It consists of a program built from the core of this library, for the
// architecture of the build machine (standalone/main.cpp), followed by the policy image.
#pragma once

#include <vector>

#include <lsmith/btf/base/bytes.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// The executable as the bytes of an ELF file. `image` is what loader::build_image() returns.
std::vector<std::byte> standalone_program(bytes image);

}  // namespace lsmith::programs
#pragma GCC visibility pop
