// An object as a text file, which parse() reads as the same object: directives, then each program with labels, names and
// functions.
#pragma once

#include <string>

#include <lsmith/asm/object.hpp>

namespace lsmith::isa::text {

/// The object in LLVM's form, helpers by name. Source lines are not in it.
std::string write(const object& whole);

}  // namespace lsmith::isa::text
