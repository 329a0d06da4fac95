// Turns assembled code into a program of an object.
#pragma once

#include <string_view>

#include <lsmith/asm/object/code.hpp>
#include <lsmith/asm/object/object.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// A program of this code for one hook, "socket_create". Takes the code over and copies the names. Relocations to "the program's
/// own hook" get its name: argument slots, and the slot of the previous return value. What else a program has keeps its default:
/// it attaches by BPF_LSM_MAC and is not sleepable. Nothing is checked here: check() does that (object.hpp).
program make_program(std::string_view name, std::string_view hook, code body);

}  // namespace lsmith::isa
#pragma GCC visibility pop
