// A policy that somebody has written: a text of the assembler, or an object file. It has no options of its own. What the options of
// every policy need, such as a test of the scope, it must declare.
#pragma once

#include <string>

#include <lsmith/asm/elf/elf.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// A policy from a file. Locations in its object point into the file names that it owns.
struct written_policy {
  std::string name = {};  ///< the file's absolute path; "-" for the standard input
  object_file file = {};
};

}  // namespace lsmith::programs
#pragma GCC visibility pop
