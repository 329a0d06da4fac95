// What the types forbid is tested like what they allow. A file in no_compile/ contains numbered cases. Case 0 must compile,
// each other case must not, and the number after the last one ends in an #error that names the last. If a case has "says:"
// after it, the compiler's messages must contain these words, with quotes as in the C locale.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <lsmith/tests/harness/directory.hpp>

namespace lsmith::tests {
namespace {

namespace fs = std::filesystem;

// The root of the tree, found by the path of this file. Includes need it under the name lsmith.
fs::path tree() { return fs::absolute(fs::path(__FILE__)).parent_path().parent_path().parent_path().parent_path(); }

struct compilation {
  bool well;
  std::string messages;
};

compilation compile(const fs::path& source, int number, const temporary_directory& directory) {
  const char* chosen = std::getenv("CXX");
  const fs::path log = fs::path(directory.path) / "log";
  const std::string command = "LC_ALL=C " + std::string(chosen != nullptr ? chosen : "g++") + " -std=c++23 -fsyntax-only -I" +
                              directory.path + " -DCASE=" + std::to_string(number) + " " + source.string() + " 2>" +
                              log.string();
  const int status = std::system(command.c_str());
  std::stringstream text;
  text << std::ifstream(log).rdbuf();
  return {status == 0, text.str()};
}

// "#elif CASE == 3  // says: label_is_never_bound"
std::string word_of_case(const fs::path& source, int number) {
  std::ifstream file(source);
  const std::string start = "#elif CASE == " + std::to_string(number), mark = "// says: ";
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(start) && line.find(mark) == start.size() + 2) return line.substr(line.find(mark) + mark.size());
  return {};
}

void check_file(const char* name) {
  const fs::path source = tree() / "tests/asm/assembler/no_compile" / name;
  REQUIRE_MESSAGE(fs::exists(source), source.string() << " is not there; run the tests from the top of the tree");
  const temporary_directory directory;
  directory.offer_headers(tree());
  const compilation right = compile(source, 0, directory);
  REQUIRE_MESSAGE(right.well, right.messages);
  int number = 1;
  for (;; ++number) {
    const compilation wrong = compile(source, number, directory);
    if (wrong.messages.find("past the last case") != std::string::npos) break;
    CHECK_MESSAGE(!wrong.well, source.filename().string() << " case " << number << " compiles");
    const std::string word = word_of_case(source, number);
    CHECK_MESSAGE(wrong.messages.find(word) != std::string::npos, source.filename().string(), " case ", number, " does not say ", word, ":\n",
                  wrong.messages);
    REQUIRE(number < 100);
  }
  CHECK(number > 1);
}

}  // namespace

TEST_CASE("no compile: widths do not mix, r10 is not written, memory has its width") { check_file("registers.cpp"); }

TEST_CASE("no compile: the faults of a program that the compiler assembles are compile errors") {
  check_file("constant_programs.cpp");
}

}  // namespace lsmith::tests
