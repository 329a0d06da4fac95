// Tests the examples of docs/assembler.md: texts assemble, commands print what the page shows, and the page's C++ is the code
// below.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/assembler/constant.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>

namespace lsmith::tests {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The code blocks of the page that have this kind.
std::vector<std::string> examples(const std::string& kind) {
  const std::string page = content_of("docs/assembler.md"), start = "```" + kind + "\n";
  std::vector<std::string> found;
  for (std::size_t at = page.find(start); at != page.npos; at = page.find(start, at)) {
    at += start.size();
    found.push_back(page.substr(at, page.find("```", at) - at));
  }
  return found;
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char character) { return std::isspace(static_cast<unsigned char>(character)) != 0; });
  return text;
}

using namespace isa;

checked<code> written_in_cpp() {
  assembler a;
  const label allow = a.new_label("allow"), count = a.new_label("count");
  a({
      load(r6, mem64[r1 + argument("family")]),
      jne(w6, 38, allow),
      call(count),
      mov(w0, -1),
      exit(),
      bind(allow),
      mov(w0, 0),
      exit(),
      function(count),
      mov(r0, 0),
      exit(),
  });
  const checked<code> made = std::move(a).finish();
  return made;
}
static_assert(mov(w0, 0).raw() == 0x00000000'000000b4);

constexpr auto deny_alg = constant_program<[](assembler& a) {
  const label deny = a.new_label("deny");
  a({load(r6, mem64[r1 + argument("family")]), jeq(w6, 38, deny), mov(w0, 0), exit(), bind(deny), mov(w0, -1), exit()});
}>;
static_assert(deny_alg.insns.size() == 6 && deny_alg.names[0].name == "family");

}  // namespace

TEST_CASE("docs/assembler.md: every text assembles, and the two forms give the same bytes") {
  std::vector<code> listings;
  std::size_t files = 0;
  for (const std::string& text : examples("asm")) {
    CAPTURE(text);
    if (text::has_directives(text)) {
      const checked<object> whole = text::parse(text, "page");
      REQUIRE_MESSAGE(whole, (whole ? "" : text::explain(whole.error(), text)));
      CHECK(check(*whole).empty());
      ++files;
      continue;
    }
    const checked<code> made = text::parse_code(text, "page");
    REQUIRE_MESSAGE(made, (made ? "" : text::explain(made.error(), text)));
    listings.push_back(*made);
  }
  CHECK(files == 1);
  REQUIRE(listings.size() == 5);
  CHECK(listings[0].insns == listings[1].insns);
}

TEST_CASE("docs/assembler.md: commands print what the page shows") {
  std::size_t run = 0;
  for (const std::string& session : examples("console")) {
    const std::size_t line = session.find('\n');
    std::istringstream words(session.substr(0, line));
    std::vector<std::string> given{std::istream_iterator<std::string>(words), {}};
    REQUIRE(given.size() > 3);
    given.erase(given.begin(), given.begin() + 2);  // "$ lsmith"
    const std::string shown = session.substr(line + 1), name = given[1];
    // The page shows the file's lines, each after two blanks and before its caret.
    std::vector<std::string> lines;
    std::istringstream all(shown);
    for (std::string each; std::getline(all, each);)
      if (each.starts_with("  ") && each.find_first_not_of(' ') != each.find('^') &&
          std::ranges::count(lines, each.substr(2)) == 0)
        lines.push_back(each.substr(2));
    given[1] = "/tmp/" + name;
    std::ofstream file(given[1]);
    for (const std::string& each : lines) file << each << '\n';
    file.close();
    std::ostringstream out, err;
    (void)cli::run_command(given, {out, err});
    std::string got = err.str();
    for (std::size_t at = got.find("/tmp/"); at != got.npos; at = got.find("/tmp/")) got.erase(at, 5);
    CHECK(got == shown);
    std::filesystem::remove(given[1]);
    ++run;
  }
  CHECK(run == 2);
}

TEST_CASE("docs/assembler.md: the C++ of the page is the code of this test") {
  const std::string here = without_blanks(content_of("tests/asm/assembler/assembler_page.cpp"));
  CHECK(examples("cpp").size() == 3);
  for (const std::string& each : examples("cpp")) CHECK_MESSAGE(here.find(without_blanks(each)) != here.npos, each);
  const checked<code> made = written_in_cpp();
  REQUIRE(made);
  CHECK(made->insns.size() == 9);
  CHECK(made->functions.size() == 1);
}

}  // namespace lsmith::tests
