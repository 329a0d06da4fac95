// Formats times in ISO 8601, UTC.
#pragma once

#include <cstdint>
#include <string>

namespace lsmith::programs {

/// Seconds since 1970, as "2026-11-23T21:11:02Z".
std::string date(std::int64_t seconds);

/// Nanoseconds since boot (CLOCK_BOOTTIME), converted to UTC by the current clocks, in the same form.
std::string date_since_boot(std::uint64_t nanoseconds);

}  // namespace lsmith::programs
