#include <lsmith/programs/cli/shared/table.hpp>

#include <algorithm>
#include <ctime>

namespace lsmith::cli {

void print_table(const table& rows, std::ostream& out) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << row[i];
      if (i + 1 < row.size()) out << std::string(widths[i] - row[i].size() + 2, ' ');
    }
    out << '\n';
  }
}

std::string date(std::int64_t seconds) {
  const std::time_t when = seconds;
  std::tm parts;
  gmtime_r(&when, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// Both clocks to the nanosecond: from whole seconds the same moment came out as one second or the next.
std::string date_since_boot(std::uint64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  timespec boot, now;
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t booted = (now.tv_sec - boot.tv_sec) * second + now.tv_nsec - boot.tv_nsec;
  return date((booted + static_cast<std::int64_t>(nanoseconds)) / second);
}

std::string number_or_dash(const std::optional<std::uint64_t>& number) { return number ? std::to_string(*number) : "-"; }

std::string printable(std::string_view text) {
  std::string clean(text);
  for (char& letter : clean)
    if (letter < 0x20 || letter > 0x7e) letter = '?';
  return clean;
}

}  // namespace lsmith::cli
