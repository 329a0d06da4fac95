#include <lsmith/programs/cli/shared/table.hpp>

#include <algorithm>

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

std::string number_or_dash(const std::optional<std::uint64_t>& number) { return number ? std::to_string(*number) : "-"; }

}  // namespace lsmith::cli
