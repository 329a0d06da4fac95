// A loaded program in the words of whoever wrote it: what the kernel put in the place of numbers is turned back into names,
// and the source lines that the program brought along stand beside their instructions. What the kernel has rewritten stays
// as it is; it is what runs.
#pragma once

#include <vector>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/loader/inspect/loaded_program.hpp>

namespace lsmith::loader {

/// One program, and what a person wants to know of it.
struct readable_program {
  object whole = {};                      ///< the program and its maps; without hook where the kernel does not tell it
  std::vector<isa::remark> remarks = {};  ///< source lines, and functions that are called without being helpers
};

/// Names what is in a program. What has no name the caller may learn keeps its number: maps of a process without
/// CAP_SYS_ADMIN, functions where /proc/kallsyms shows no addresses. Map loads keep the map's id as their number.
readable_program make_readable(const loaded_program& read);

}  // namespace lsmith::loader
