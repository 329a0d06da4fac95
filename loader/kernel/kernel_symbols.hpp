// In a loaded program, the immediate of a call to a helper or kernel function is the function's distance from __bpf_call_base.
// /proc/kallsyms has the function at that address, for a process that may see addresses (kernel.kptr_restrict).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace lsmith::loader {

/// The names of the functions at these distances in bytes from __bpf_call_base. A distance at which no function is found is
/// left out; if the process may not see addresses, all are.
std::map<std::int32_t, std::string> name_called(const std::set<std::int32_t>& distances);

}  // namespace lsmith::loader
