// The running kernel, as the tests of a guest need it.
#pragma once

#include <lsmith/btf/types/types.hpp>

namespace lsmith::tests {

/// All types of the running kernel, read once.
const btf::types& running_types();

/// Before 5.11 maps and programs count as locked memory: raises that limit for this process.
void allow_locked_memory();

}  // namespace lsmith::tests
