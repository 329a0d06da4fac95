// Every test must end with as many file descriptors as it began with, and in a guest of the test bed with as many programs,
// maps, links and loaded BTF objects in the kernel.
#pragma once

#include <cstddef>
#include <string>

namespace lsmith::tests {

/// Open descriptors of this process, and BPF objects in the kernel. Outside a guest only the descriptors are counted, because
/// other processes may create BPF objects.
struct resources {
  std::size_t descriptors = 0, programs = 0, maps = 0, links = 0, types = 0;
};
resources count_resources();

/// What there is more than before, in words; empty for nothing. The kernel frees an object a moment after its last reference is
/// dropped, so in a guest this waits for up to 10 s.
std::string left_since(const resources& before);

}  // namespace lsmith::tests
