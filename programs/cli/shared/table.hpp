// Listings for people: columns as wide as their widest cell, a heading, and times as dates.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace lsmith::cli {

/// Rows of text; the first is the heading.
using table = std::vector<std::vector<std::string>>;

/// Prints the rows, the columns two blanks apart.
void print_table(const table& rows, std::ostream& out);

/// Seconds since 1970 in ISO 8601, as in "2026-11-23T21:11:02Z".
std::string date(std::int64_t seconds);

/// Nanoseconds since boot (CLOCK_BOOTTIME) likewise.
std::string date_since_boot(std::uint64_t nanoseconds);

/// The number, or "-".
std::string number_or_dash(const std::optional<std::uint64_t>& number);

/// The text as it may stand on a terminal: whatever is no printable ASCII becomes a question mark.
std::string printable(std::string_view text);

}  // namespace lsmith::cli
