// Profiles as text: what a file may say, and what is told about one that says something else.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include <lsmith/programs/cli/profile.hpp>
#include <lsmith/tests/harness/command.hpp>
#include <lsmith/tests/harness/folder.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// Everything that is wrong with the text.
std::string complaints(std::string_view text) {
  try {
    cli::read_profile(text, "web.ini");
  } catch (const cli::refused_request& wrong) {
    return wrong.text;
  }
  return {};
}

struct bad_text {
  std::string text;
  std::string says;
};

std::string write_profile(const temporary_folder& in, std::string_view text) {
  const std::string path = in / "own.ini";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace

TEST_CASE("profile: each section is a policy with its options, and what stands before them is for all") {
  const cli::profile read = cli::read_profile(
      "# comment\n"
      "summary = what web servers may do\r\n"
      "side-effects = none known\n"
      "uid=33\n"
      "except-exe = /usr/bin/java # just-in-time compiler\n"
      "except-exe = /usr/bin/node\n"
      "dry-run = yes\n"
      "partial = no\n"
      "\n"
      "[ deny-socket-family ]\n"
      "  family = AF_ALG,AF_VSOCK\n"
      "  existing = yes\n"
      "[deny-fileless-exec]\n"
      "[deny-user-namespaces]\n"
      "all = no",
      "web.ini");
  CHECK(read.name == "web.ini");
  CHECK(read.summary == "what web servers may do");
  CHECK(read.side_effects == "none known");
  CHECK(read.options == cli::words{"--uid=33", "--except-exe=/usr/bin/java", "--except-exe=/usr/bin/node", "--dry-run"});
  REQUIRE(read.chosen.size() == 3);
  CHECK(read.chosen[0].policy->name == "deny-socket-family");
  CHECK(read.chosen[0].values == programs::option_values{{"family", "AF_ALG,AF_VSOCK"}, {"existing", ""}});
  CHECK(read.chosen[1].policy->name == "deny-fileless-exec");
  CHECK(read.chosen[1].values.empty());
  CHECK(read.chosen[2].values.empty());
}

TEST_CASE("profile: whatever is wrong is told with its line") {
  const bad_text rows[] = {
      {"", "web.ini: the profile names no policy; write [deny-socket-family], and its options below"},
      {"# nothing\n\n", "web.ini: the profile names no policy; write [deny-socket-family], and its options below"},
      {"[deny-socket-familly]\n", "web.ini:1: there is no policy 'deny-socket-familly'; did you mean 'deny-socket-family'?"},
      {"[]\n", "web.ini:1: there is no policy ''"},
      {"\n[deny-socket-family\n", "web.ini:2: '[deny-socket-family' is no section; write [NAME]"},
      {"[deny-socket-family]\nfamilly = 1\n", "web.ini:2: 'familly' is no option of deny-socket-family; did you mean 'family'?"},
      {"[deny-socket-family]\nuid = 1\n", "web.ini:2: 'uid' is no option of deny-socket-family"},
      {"[deny-socket-family]\nfamily\n", "web.ini:2: 'family' is no option; write NAME = VALUE"},
      {"[deny-socket-family]\nfamily = 1\nfamily = 2\n", "web.ini:3: family is given already"},
      {"[deny-socket-family]\nexisting = perhaps\n", "web.ini:2: 'perhaps' is no value for existing: it is yes or no"},
      {"[deny-socket-family]\nexisting =\n", "web.ini:2: '' is no value for existing: it is yes or no"},
      {"[lock-pins]\n[lock-pins]\n", "web.ini:2: there is a section for lock-pins already; its options belong into one"},
      {"family = 1\n[lock-pins]\n", "web.ini:1: 'family' is no option of what every policy takes"},
      {"dry-run = 1\n[lock-pins]\n", "web.ini:1: '1' is no value for dry-run: it is yes or no"},
      {"[lock-pins]\n" + std::string(1 << 20, 'x') + "\n", "web.ini:2: the line is longer than 4096 letters"},
      {"[lock-pins]\n" + std::string(100, 'x') + "\n", "web.ini:2: '" + std::string(40, 'x') + "…' is no option; write NAME = VALUE"},
      {std::string("\x7f" "ELF\0\0\n", 7), "web.ini:1: this is no text"},
  };
  for (const bad_text& row : rows) {
    CAPTURE(row.text.substr(0, 60));
    CHECK(complaints(row.text).starts_with(row.says));
  }
}

TEST_CASE("profile: all that is wrong is told at once, and a section that is wrong hides no other") {
  CHECK(complaints("[x]\nfamily = 1\n[lock-pins]\ny = 1\n[deny-socket-family]\nexisting = so\n") ==
        "web.ini:1: there is no policy 'x'\n"
        "web.ini:4: 'y' is no option of lock-pins\n"
        "web.ini:6: 'so' is no value for existing: it is yes or no");
}

TEST_CASE("profile: those that come with lsmith are sound, say what they cost, and are listed") {
  const std::string listed = lsmith_says({"programs"}).out, as_json = lsmith_says({"programs", "--json"}).out;
  REQUIRE(cli::shipped_profiles().size() == 2);
  for (const cli::shipped_profile& one : cli::shipped_profiles()) {
    const auto read = cli::find_profile(std::string(one.name));
    REQUIRE(read);
    CHECK_FALSE(read->summary.empty());
    CHECK_FALSE(read->side_effects.empty());
    CHECK(contains(listed, read->side_effects));
    CHECK(contains(as_json, "{\"name\":\"" + read->name + "\""));
    const outcome help = lsmith_says({"run", read->name, "--help"});
    CHECK(help.status == 0);
    CHECK(contains(help.out, "side effects: " + read->side_effects));
    CHECK(contains(help.out, "deny-socket-family --existing --family AF_"));
  }
}

TEST_CASE("profile: a name that is none, and a file that is not there, no file or too large, are refused") {
  const outcome misspelt = lsmith_says({"run", "cve-2026-31413", "--system"});
  CHECK(misspelt.status == 2);
  CHECK(contains(misspelt.err, "there is no policy 'cve-2026-31413'; 'lsmith programs' lists them; did you mean 'cve-2026-31431'"));
  CHECK(contains(lsmith_says({"run", "absent.ini", "--system"}).err, "lsmith: absent.ini: No such file or directory"));
  CHECK(contains(lsmith_says({"run", "/proc/", "--system"}).err, "lsmith: /proc: this is no file"));
  const temporary_folder folder;
  const std::string large = write_profile(folder, std::string((1 << 20) + 1, '\n'));
  CHECK(contains(lsmith_says({"run", large, "--system"}).err, large + ": a profile is at most 1 MiB"));
}

TEST_CASE("profile: it needs a scope like any policy, from its file or from the command line, where the latter wins") {
  const temporary_folder folder;
  const std::string without = write_profile(folder, "[deny-raw-sockets]\n");
  CHECK(contains(lsmith_says({"show", without}).err, "say whom the policy binds"));
  const std::string both = write_profile(folder, "uid = 33\nno-events = yes\n[deny-raw-sockets]\n[deny-fileless-exec]\n");
  const outcome of_file = lsmith_says({"show", both}), of_line = lsmith_says({"show", both, "--system"});
  CHECK(of_file.status == 0);
  CHECK(of_line.status == 0);
  CHECK(contains(of_file.out, "socket_create on socket_create"));
  CHECK(contains(of_file.out, " on bprm_check_security"));
  CHECK(contains(of_file.out, "bpf_get_current_uid_gid"));
  CHECK_FALSE(contains(of_line.out, "bpf_get_current_uid_gid"));
  CHECK(contains(lsmith_says({"show", both, "--family", "AF_ALG"}).err, "unrecognised option '--family'"));
}
