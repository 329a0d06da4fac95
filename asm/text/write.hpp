// Writes an object as a text file, which parse() reads as the same object: directives, then each program with its labels,
// names and functions.
#pragma once

#include <span>
#include <string>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/object/object.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa::text {

/// The object as text in LLVM's form, with helpers by name. Source lines are not written. If text cannot represent something
/// else, comments at the start ("// ...") list it: what not_in_files() finds, and names that would be read as something else.
/// `remarks` are about the first program, in the order of their slots; they are not kept.
std::string write(const object& whole, std::span<const remark> remarks = {});

}  // namespace lsmith::isa::text
#pragma GCC visibility pop
