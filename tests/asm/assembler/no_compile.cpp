// What the types forbid is tested like what they allow. A file in no_compile/ compiles as it is. With -DWRONG, each line that ends
// in "// says: WORDS" must be an error that contains these words, with quotes as in the C locale. One compilation shows all.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/tests/harness/directory.hpp>

namespace lsmith::tests {
namespace {

namespace fs = std::filesystem;

// The root of the tree, found by the path of this file. Includes need it under the name lsmith.
fs::path tree() { return fs::absolute(fs::path(__FILE__)).parent_path().parent_path().parent_path().parent_path(); }

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

struct compilation {
  bool succeeded;
  std::vector<std::string> messages;  // lines
};

compilation compile(const fs::path& source, const std::string& option, const temporary_directory& directory) {
  const char* chosen = std::getenv("CXX");
  const std::string compiler = chosen != nullptr ? chosen : "g++";
  const std::string all_errors = compiler.find("clang") != std::string::npos ? " -ferror-limit=0" : "";  // its default is 20
  const fs::path log = fs::path(directory.path) / "log";
  const std::string command = "LC_ALL=C " + compiler + all_errors + " -std=c++23 -fsyntax-only -I" + directory.path + " " +
                              option + " " + source.string() + " 2>" + log.string();
  const bool succeeded = std::system(command.c_str()) == 0;
  return {succeeded, lines_of(log)};
}

// What the compiler says of one error: the lines around it up to the errors before and after. Compilers differ in whether the
// context of an error comes first.
std::string around_error(const std::vector<std::string>& messages, std::size_t error) {
  const auto is_error = [&](std::size_t i) { return messages[i].find("error: ") != std::string::npos; };
  std::size_t first = error, last = error + 1;
  while (first > 0 && !is_error(first - 1)) --first;
  while (last < messages.size() && !is_error(last)) ++last;
  std::string text;
  for (std::size_t i = first; i < last; ++i)
    if (messages[i].find("note: ") == std::string::npos || i > error) text += messages[i] + '\n';
  return text;
}

bool refuses(const compilation& wrong, const std::string& place, const std::string& words) {
  for (std::size_t i = 0; i < wrong.messages.size(); ++i) {
    if (wrong.messages[i].find("error: ") == std::string::npos) continue;
    const std::string text = around_error(wrong.messages, i);
    if (text.find(place) != std::string::npos && text.find(words) != std::string::npos) return true;
  }
  return false;
}

void check_file(const char* name) {
  const fs::path source = tree() / "tests/asm/assembler/no_compile" / name;
  REQUIRE_MESSAGE(fs::exists(source), source.string() << " is not there; run the tests from the top of the tree");
  const temporary_directory directory;
  directory.offer_headers(tree());
  const compilation right = compile(source, "", directory);
  REQUIRE_MESSAGE(right.succeeded, joined(right.messages));
  const compilation wrong = compile(source, "-DWRONG", directory);
  const std::vector<std::string> lines = lines_of(source);
  constexpr std::string_view mark = "// says: ";
  int cases = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t at = lines[i].find(mark);
    if (at == std::string::npos) continue;
    ++cases;
    const std::string place = source.filename().string() + ":" + std::to_string(i + 1) + ":";
    CHECK_MESSAGE(refuses(wrong, place, lines[i].substr(at + mark.size())), place, lines[i], "\n", joined(wrong.messages));
  }
  CHECK(cases > 1);
}

}  // namespace

TEST_CASE("no compile: widths do not mix, r10 is not written, memory has its width") { check_file("registers.cpp"); }

TEST_CASE("no compile: the faults of a program that the compiler assembles are compile errors") {
  check_file("constant_programs.cpp");
}

}  // namespace lsmith::tests
