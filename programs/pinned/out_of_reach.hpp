// A link stays attached as long as a bpffs holds its pin, also if no process can reach that bpffs any more: after switch_root
// without moving /sys, or below another mount. A policy that is pinned there still denies, but its name is gone.
#pragma once

#include <string>
#include <vector>

#include <lsmith/loader/inspect/lsm_programs.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// Those of the programs (loader::lsm_programs()) that are attached by links which no process holds, and no pin in a bpffs that
/// this process can reach. Reads /proc/PID/fdinfo of all processes, and opens every pin. Error: file_unreadable if /proc is not
/// mounted.
result<std::vector<loader::lsm_program>> out_of_reach(std::vector<loader::lsm_program> programs);

}  // namespace lsmith::programs
#pragma GCC visibility pop
