#include <lsmith/loader/kernel/kernel_version.hpp>

#include <sys/utsname.h>

#include <cstdio>

namespace lsmith::loader {

kernel_version running_kernel() {
  utsname names;
  unsigned short major = 0, minor = 0;
  if (uname(&names) != 0 || std::sscanf(names.release, "%hu.%hu", &major, &minor) != 2) return {};
  return {major, minor};
}

}  // namespace lsmith::loader

namespace lsmith {

std::string to_string(kernel_version version) { return std::to_string(version.major) + "." + std::to_string(version.minor); }

}  // namespace lsmith
