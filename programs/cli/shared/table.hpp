// Listings for people: a heading, and columns as wide as their widest cell (in bytes).
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace lsmith::cli {

/// Rows of text; the first is the heading.
using table = std::vector<std::vector<std::string>>;

/// Prints the rows, with two spaces between columns.
void print_table(const table& rows, std::ostream& out);

/// The number, or "-".
std::string number_or_dash(const std::optional<std::uint64_t>& number);

}  // namespace lsmith::cli
