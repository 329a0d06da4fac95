// Makes a loaded program readable: map ids, calls and functions get their names back, and its source lines become remarks at
// their instructions. What the verifier has rewritten is not restored, because that code is what runs.
#pragma once

#include <vector>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/loader/inspect/loaded_program.hpp>

namespace lsmith::loader {

/// One program and its remarks.
struct readable_program {
  object whole = {};                      ///< the program and its maps; without a hook if the kernel does not report it
  std::vector<isa::remark> remarks = {};  ///< source lines, and the called functions that are neither helpers nor kfuncs
};

/// Makes a program readable. What this process may not look up keeps its number: maps without CAP_SYS_ADMIN, and functions if
/// /proc/kallsyms shows no addresses (kernel.kptr_restrict). The immediate of a map load is the map's id.
readable_program make_readable(const loaded_program& read);

}  // namespace lsmith::loader
