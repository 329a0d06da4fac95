// An object as a text file, which parse() reads as the same object: directives, then each program with labels, names and
// functions.
#pragma once

#include <span>
#include <string>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith::isa::text {

/// The object in LLVM's form, helpers by name. Source lines are not in it; of anything else that no text says (not_in_files,
/// names that would be read as something else) it has a comment, first of all. `remarks` are about its first program.
std::string write(const object& whole, std::span<const remark> remarks = {});

}  // namespace lsmith::isa::text
