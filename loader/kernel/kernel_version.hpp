// The release of the running kernel.
#pragma once

#include <string>

#include <lsmith/btf/base/kernel_version.hpp>

namespace lsmith::loader {

using lsmith::kernel_version;

/// The release that uname(2) names; 0.0 when it names none.
kernel_version running_kernel();

}  // namespace lsmith::loader

namespace lsmith {

/// "6.12"
std::string to_string(kernel_version version);

}  // namespace lsmith
