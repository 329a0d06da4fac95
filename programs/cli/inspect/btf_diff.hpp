#pragma once

#include <lsmith/programs/cli/shared/verb.hpp>

namespace lsmith::cli {

/// btf diff A B [NAME…]: what two kernels' types have not in common.
int btf_diff(const words& given, const console& to);

}  // namespace lsmith::cli
