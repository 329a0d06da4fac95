// From assembled code to a program of an object.
#pragma once

#include <string_view>

#include <lsmith/asm/assembler/code.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith::isa {

/// A program of this code for one hook. The hook answers what the code asks about "the program's own hook": the slots of
/// its arguments and of the previous answer.
program make_program(std::string_view name, std::string_view hook, code body);

}  // namespace lsmith::isa
