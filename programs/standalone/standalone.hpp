// A policy as one small static program, for images that hold little else: nothing is looked for at run time, neither libraries
// nor files of its own, and no memory is asked for. The program that loads the policy is the core of this library
// (standalone/main.cpp), for the machine's architecture; the policy is written behind it.
#pragma once

#include <vector>

#include <lsmith/btf/base/bytes.hpp>

namespace lsmith::programs {

/// The program as an ELF file, with a policy that loader::pack() has made.
std::vector<std::byte> standalone_program(bytes packed);

}  // namespace lsmith::programs
