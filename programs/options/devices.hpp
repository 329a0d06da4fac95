// Devices, as options list them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// The devices of an option that lists them as "259:1", or by paths on them: as the kernel encodes them (include/linux/kdev_t.h),
/// sorted, each once. Reports file_unreadable for each other part.
std::vector<std::uint32_t> devices_of(policy& to, std::string_view option, const option_values& values);

}  // namespace lsmith::programs
