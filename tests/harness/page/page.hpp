// Pages of docs/, as far as tests compare them with what programs print. In the guests the pages are in the same directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lsmith::tests {

/// The text of a page, such as "docs/json.md". A page that cannot be read fails the test.
std::string read_page(const std::string& path);

/// The part of a page below the heading "## HEADING", up to the next one; empty if there is no such heading.
std::string_view section_of(std::string_view page, std::string_view heading);

/// All headings "## HEADING", in order.
std::vector<std::string> headings_of(std::string_view page);

/// A fenced block: the words after the three backquotes, such as "cpp", and the lines between.
struct fenced_block {
  std::string kind;
  std::string text;
  std::size_t line = 0;  ///< of the first backquotes, in the page from 1
};
std::vector<fenced_block> blocks_of(std::string_view page);

/// The cells of every table row whose first cell begins with a backquote. Blanks around a cell are removed.
std::vector<std::vector<std::string>> rows_of(std::string_view page);

/// Text without the backquotes around it.
std::string unquoted(std::string_view cell);

}  // namespace lsmith::tests
