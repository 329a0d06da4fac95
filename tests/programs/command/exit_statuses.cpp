// docs/exit-statuses.md has the statuses that the tests produce, and no others: those that need neither privilege nor a kernel
// here, the rest in exit_statuses_vm.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/page/page.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/programs/command/exit_rows.hpp>

namespace lsmith::tests {
namespace {

using verb_status = std::pair<std::string, int>;

/// The statuses whose cell is not a dash, for each verb.
std::set<verb_status> described() {
  std::set<verb_status> all;
  const std::string page = read_page("docs/exit-statuses.md");
  for (const auto& row : rows_of(section_of(page, "By verb")))
    for (int status = 0; status + 1 < static_cast<int>(row.size()); ++status)
      if (row[static_cast<std::size_t>(status) + 1] != "-") all.emplace(unquoted(row[0]), status);
  return all;
}

/// Files that the rows name.
struct row_files {
  temporary_directory directory;
  std::string text = directory / "deny.s", object = directory / "deny.o", types = directory / "types.btf";

  row_files() {
    std::ofstream(text) << ".program deny, socket_create\nw0 = 0\nexit\n";
    REQUIRE(lsmith_says({"asm", text, "-o", object}).status == 0);
    btf::encoder e;
    const auto number = e.int_("int", 4, btf::int_encoding::signed_);
    e.struct_("task", 4, std::vector<btf::new_member>{{"pid", number}});
    e.func("bpf_lsm_socket_create", e.func_proto(number, std::vector<btf::new_param>{{"family", number}}), btf::linkage::static_);
    const auto whole = e.finish();
    const auto* bytes = reinterpret_cast<const char*>(whole.data());
    std::ofstream(types, std::ios::binary).write(bytes, static_cast<std::streamsize>(whole.size()));
  }

  std::string named(const std::string& word) const {
    return word == "$TEXT" ? text : word == "$OBJECT" ? object : word == "$TYPES" ? types : word;
  }
};

}  // namespace

TEST_CASE("docs/exit-statuses.md: each verb ends as the page says") {
  const row_files files;
  for (const exit_row& row : rows_anywhere) {
    std::vector<std::string> words;
    for (const std::string& word : row.words) words.push_back(files.named(word));
    CAPTURE(words);
    const outcome said = lsmith_says(words);
    CHECK_MESSAGE(said.status == row.status, said.err);
  }
}

TEST_CASE("docs/exit-statuses.md: for every verb --help is 0, an unknown option is 2, and output that cannot be written is 1") {
  for (const cli::verb& one : cli::verbs()) {
    const std::string name(one.name);
    CAPTURE(name);
    CHECK(lsmith_says({name, "--help"}).status == 0);
    CHECK(lsmith_says({name, "--no-such-option"}).status == 2);
    std::ofstream full("/dev/full");
    std::ostringstream err;
    CHECK(cli::run_command({name, "--help"}, {full, err}) == 1);
  }
}

TEST_CASE("docs/exit-statuses.md: the page has the statuses that the tests produce, and no others") {
  std::set<verb_status> produced;
  for (const auto* rows : {&rows_anywhere, &rows_in_order})
    for (const exit_row& row : *rows) produced.emplace(row.words[0], row.status);
  for (const cli::verb& one : cli::verbs())
    for (const int status : {1, 2}) produced.emplace(one.name, status);  // by the test above
  for (const auto& [verb, status] : described()) CHECK_MESSAGE(produced.contains({verb, status}), verb, " is never ", status);
  for (const auto& [verb, status] : produced) CHECK_MESSAGE(described().contains({verb, status}), verb, " is also ", status);
}

}  // namespace lsmith::tests
