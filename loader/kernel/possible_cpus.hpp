// A per-CPU map has a value for every possible CPU: every one that the machine can ever have, present or not. The kernel copies
// that many values on every read. If the reader counts too few, the kernel writes past the end of its buffer.
#pragma once

#include <cstdint>

namespace lsmith::loader {

/// The number of possible CPUs (the kernel's num_possible_cpus()), from /sys/devices/system/cpu/possible. If sysfs is not
/// mounted, the number of configured CPUs (_SC_NPROCESSORS_CONF). At least 1.
std::uint32_t possible_cpus();

}  // namespace lsmith::loader
