// Whoever misspells a name wants the right one, not the news that theirs is wrong. The nearest names are looked for only
// when somebody reads the error: it means going through all of them.
#pragma once

#include <string>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// Up to three names that the error's name may have been meant to be, nearest first: for unknown_hook, unknown_type,
/// unknown_member, unknown_argument, unknown_enumerator and unknown_function. Empty for other errors, and when nothing is
/// near. A member is suggested by its own name, without the path before it.
std::vector<std::string> suggest(const types& kernel, const error& what);

}  // namespace lsmith::btf
