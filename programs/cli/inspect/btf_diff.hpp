#pragma once

#include <lsmith/programs/cli/shared/verb.hpp>

namespace lsmith::cli {

/// btf diff A B [NAME…]: prints what differs between the types of two kernels. Returns the exit status; throws usage_error.
int btf_diff(const words& given, const console& to);

}  // namespace lsmith::cli
