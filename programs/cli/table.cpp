#include <lsmith/programs/cli/table.hpp>

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

std::string date_since_boot(std::uint64_t nanoseconds) {
  timespec boot;
  clock_gettime(CLOCK_BOOTTIME, &boot);
  return date(std::time(nullptr) - boot.tv_sec + static_cast<std::int64_t>(nanoseconds / 1'000'000'000));
}

std::string number_or_dash(const std::optional<std::uint64_t>& number) { return number ? std::to_string(*number) : "-"; }

std::string printable(std::string_view text) {
  std::string clean(text);
  for (char& letter : clean)
    if (letter < 0x20 || letter > 0x7e) letter = '?';
  return clean;
}

}  // namespace lsmith::cli
