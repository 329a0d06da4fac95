// What a test leaves behind: every test ends with as many descriptors, and in a guest with as many programs, maps, links and
// loaded types in the kernel, as it began with.
#pragma once

#include <cstddef>
#include <string>

namespace lsmith::tests {

/// What is held: by this process, and by the kernel. On a machine that is shared with others only the descriptors count.
struct holdings {
  std::size_t descriptors = 0, programs = 0, maps = 0, links = 0, types = 0;
};
holdings count_holdings();

/// What is there and was not before, in words; empty when nothing is. The kernel lets go of what nobody holds any more a moment
/// later: it is waited for.
std::string left_since(const holdings& before);

}  // namespace lsmith::tests
