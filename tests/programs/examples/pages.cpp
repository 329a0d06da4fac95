// Every fenced block of README.md and docs/ is compiled, assembled, run or compared. The word after the backquotes says how:
//   cpp          the block is in a source file that the build or the tests compile (blanks do not count)
//   asm          the text assembles
//   console      a command and what it prints: tests/asm/assembler/assembler_page.cpp
//   sh           commands, which page_commands_vm.cpp runs in the virtual machines
//   json         an example of docs/json.md, whose members are compared with what the command prints
//   text REASON  is not run, for this reason
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <lsmith/asm/text/parse.hpp>
#include <lsmith/tests/harness/page/page.hpp>

namespace lsmith::tests {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> all_pages() {
  std::vector<std::string> pages{"README.md"};
  for (const auto& entry : fs::directory_iterator("docs"))
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  return pages;
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char character) { return std::isspace(static_cast<unsigned char>(character)) != 0; });
  return text;
}

/// The sources that the build or the tests compile and in which a page's C++ may be.
std::vector<std::string> compiled_sources() {
  std::vector<std::string> all;
  for (const char* directory : {"tests/asm", "tests/btf", "tests/loader", "tests/programs", "tests/outside", "programs/examples"})
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      if (entry.path().extension() == ".cpp" && entry.path().string().find("no_compile/") == std::string::npos)
        all.push_back(without_blanks(read_page(entry.path())));
  return all;
}

bool assembles(const std::string& text) {
  if (isa::text::has_directives(text)) return isa::text::parse(text, "page").has_value();
  return isa::text::parse_code(text, "page").has_value();
}

/// Whether the block is checked in the way that its kind says; else why not.
std::string problem_with(const fenced_block& block, const std::string& page, const std::vector<std::string>& sources) {
  const auto is_in = [&](const std::string& source) { return source.find(without_blanks(block.text)) != source.npos; };
  if (block.kind == "cpp")
    return std::ranges::any_of(sources, is_in) ? "" : "no source contains it: add it to tests/programs/examples/snippets.cpp";
  if (block.kind == "asm") return assembles(block.text) ? "" : "it does not assemble";
  if (block.kind == "console") return page == "docs/assembler.md" ? "" : "no test runs it";
  if (block.kind == "json") return page == "docs/json.md" ? "" : "no test compares it";
  if (block.kind == "sh") return "";
  return block.kind.starts_with("text ") ? "" : "'" + block.kind + "' says neither how to test it nor why not";
}

}  // namespace

TEST_CASE("pages: every fenced block is compiled, assembled, run or compared, or has a reason why not") {
  const auto sources = compiled_sources();
  std::size_t tested = 0, not_run = 0;
  for (const std::string& page : all_pages())
    for (const fenced_block& block : blocks_of(read_page(page))) {
      const std::string problem = problem_with(block, page, sources);
      CHECK_MESSAGE(problem.empty(), page, ":", block.line, ": ", problem);
      ++(block.kind.starts_with("text ") ? not_run : tested);
    }
  CHECK(tested > 30);
  CHECK(not_run <= 12);  // the list stays short
}

}  // namespace lsmith::tests
