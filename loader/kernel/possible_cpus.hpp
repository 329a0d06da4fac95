// A map with a value for each CPU has one for every CPU that the machine may ever have, whether or not it is there now. The
// kernel copies that many on every read, so a reader that counts too few is written past its end.
#pragma once

#include <cstdint>

namespace lsmith::loader {

/// How many CPUs the machine may have (the kernel's num_possible_cpus()): as /sys/devices/system/cpu/possible lists them, or
/// where sysfs is not mounted, as many as are configured. At least 1.
std::uint32_t possible_cpus();

}  // namespace lsmith::loader
