// Exit statuses of docs/exit-statuses.md that need a kernel that enforces.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/page/page.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>
#include <lsmith/tests/programs/command/exit_rows.hpp>

namespace {

using namespace lsmith::tests;

int status_of_row(const exit_row& row) {
  const auto run = [&] { return lsmith_says(row.words).status; };
  return row.uid == 0 ? run() : as_user(row.uid, run);
}

/// How an executable ends with these arguments, as this user.
int ending_of(const std::string& file, const std::string& argument, unsigned uid = 0) {
  const auto run = [&] { return process(argument.empty() ? std::vector{file} : std::vector{file, argument}).finish(); };
  return uid == 0 ? run() : as_user(uid, run);
}

/// The number of statuses that the page has for an executable.
std::size_t described_statuses(const std::string& executable) {
  const std::string page = read_page("docs/exit-statuses.md");
  for (const auto& row : rows_of(section_of(page, "The standalone executable")))
    if (unquoted(row[0]) == executable) return row.size() - 1;
  return 0;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("docs/exit-statuses.md: each verb ends as the page says, on a kernel that enforces") {
  for (const exit_row& row : rows_in_order) {
    CAPTURE(row.words);
    CAPTURE(row.uid);
    CHECK(status_of_row(row) == row.status);
  }
}

TEST_CASE("docs/exit-statuses.md: a standalone executable ends with 0, 1 or 2") {
  const temporary_directory files;
  REQUIRE(chmod(files.path.c_str(), 0755) == 0);
  const std::string pinning = files / "pinning", holding = files / "holding";
  REQUIRE(lsmith_says({"build", "mprotect-audit", "--system", "--pin", "row", "-o", pinning}).status == 0);
  REQUIRE(lsmith_says({"build", "mprotect-audit", "--system", "-o", holding}).status == 0);
  for (const std::string& file : {pinning, holding}) {
    CHECK(ending_of(file, "--help") == 0);
    CHECK(ending_of(file, "", 4711) == 1);
    CHECK(ending_of(file, "--other") == 2);
  }
  CHECK(ending_of(pinning, "") == 0);
  CHECK(ending_of(pinning, "") == 0);
  CHECK(lsmith_says({"detach", "row"}).status == 0);
  for (const char* executable : {"with --pin", "without --pin"}) CHECK(described_statuses(executable) == 3);
}

TEST_SUITE_END();
