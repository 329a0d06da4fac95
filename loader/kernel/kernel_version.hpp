// The version of the running kernel. It is for messages and for what cannot be probed: distribution kernels have backports.
#pragma once

#include <string>

#include <lsmith/btf/base/kernel_version.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

using lsmith::kernel_version;

/// The first two numbers of the release that uname(2) reports; 0.0 if it reports none.
kernel_version running_kernel();

}  // namespace lsmith::loader

namespace lsmith {

/// As in "6.12".
std::string to_string(kernel_version version);

}  // namespace lsmith
#pragma GCC visibility pop
