// For a misspelt name, an error should suggest the right one. The search reads all names of the kernel, so it is done only when
// an error is printed.
#pragma once

#include <string>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// Up to three names similar to the error's name, nearest first. For the causes unknown_hook, unknown_type, unknown_member,
/// unknown_argument, unknown_enumerator and unknown_function; empty for others, and when no name is similar. For a member path
/// the suggestions are names of its last member, without the path before it.
std::vector<std::string> suggest(const types& kernel, const error& what);

}  // namespace lsmith::btf
