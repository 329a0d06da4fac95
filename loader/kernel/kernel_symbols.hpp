// In a loaded program a helper or kernel function is called by its distance from __bpf_call_base. Which function that is tells
// /proc/kallsyms, to those who may see addresses (kernel.kptr_restrict).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace lsmith::loader {

/// The functions at these distances. Those that are not found are not in it: all of them, where addresses are kept back.
std::map<std::int32_t, std::string> name_called(const std::set<std::int32_t>& distances);

}  // namespace lsmith::loader
