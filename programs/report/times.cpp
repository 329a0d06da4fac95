#include <lsmith/programs/report/times.hpp>

#include <ctime>

namespace lsmith::programs {

std::string date(std::int64_t seconds) {
  const std::time_t when = seconds;
  std::tm parts;
  gmtime_r(&when, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// Nanoseconds of both clocks are used: with whole seconds, the result for one moment varied by a second.
std::string date_since_boot(std::uint64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  timespec boot, now;
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t booted = (now.tv_sec - boot.tv_sec) * second + now.tv_nsec - boot.tv_nsec;
  return date((booted + static_cast<std::int64_t>(nanoseconds)) / second);
}

}  // namespace lsmith::programs
