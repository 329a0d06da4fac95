// Profiles as text: what a file may contain, and which faults are reported for a wrong one.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include <lsmith/programs/profiles/profile.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using texts = std::vector<std::string>;

/// All faults of the text, as lines; empty if there are none.
std::string complaints(std::string_view text) {
  const auto read = programs::read_profile(text, "web.ini");
  return read ? std::string() : to_string(read.error());
}

struct bad_text {
  std::string text;
  std::string says;
};

std::string write_profile(const temporary_directory& in, std::string_view text) {
  const std::string path = in / "own.ini";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace

TEST_CASE("profile: each section is a policy with its options, and the options before them are for all") {
  const programs::profile read = *programs::read_profile(
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
  CHECK(read.option_texts() == texts{"--uid=33", "--except-exe=/usr/bin/java", "--except-exe=/usr/bin/node", "--dry-run"});
  REQUIRE(read.chosen.size() == 3);
  CHECK(read.chosen[0].policy->name == "deny-socket-family");
  CHECK(read.chosen[0].values == programs::option_values{{"family", "AF_ALG,AF_VSOCK"}, {"existing", ""}});
  CHECK(read.chosen[1].policy->name == "deny-fileless-exec");
  CHECK(read.chosen[1].values.empty());
  CHECK(read.chosen[2].values.empty());
}

TEST_CASE("profile: each fault is reported with its line and column") {
  const bad_text rows[] = {
      {"", "web.ini: the profile names no policy; write [deny-socket-family], and its options below"},
      {"# nothing\n\n", "web.ini: the profile names no policy; write [deny-socket-family], and its options below"},
      {"[deny-socket-familly]\n", "web.ini:1:1: there is no policy 'deny-socket-familly'; did you mean 'deny-socket-family'?"},
      {"[]\n", "web.ini:1:1: there is no policy ''"},
      {"\n[deny-socket-family\n", "web.ini:2:1: '[deny-socket-family' is no section; write [NAME]"},
      {"[deny-socket-family]\nfamilly = 1\n",
       "web.ini:2:1: 'familly' is no option of deny-socket-family; did you mean 'family'?"},
      {"[deny-socket-family]\nuid = 1\n", "web.ini:2:1: 'uid' is no option of deny-socket-family"},
      {"[deny-socket-family]\nfamily\n", "web.ini:2:1: 'family' is no option; write NAME = VALUE"},
      {"[deny-socket-family]\nfamily = 1\nfamily = 2\n", "web.ini:3:1: family is given twice"},
      {"[deny-socket-family]\nexisting = perhaps\n", "web.ini:2:12: 'perhaps' is no value for existing: it is yes or no"},
      {"[deny-socket-family]\nexisting =\n", "web.ini:2:1: existing has no value; write NAME = VALUE"},
      {"[deny-ioctl]\n  comand = 1\n", "web.ini:2:3: 'comand' is no option of deny-ioctl; did you mean 'command'?"},
      {"[lock-pins]\n[lock-pins]\n", "web.ini:2:1: there is a section for lock-pins already; put its options into that one"},
      {"family = 1\n[lock-pins]\n", "web.ini:1:1: 'family' is no option of all policies"},
      {"dry-run = 1\n[lock-pins]\n", "web.ini:1:11: '1' is no value for dry-run: it is yes or no"},
      {"[lock-pins]\n" + std::string(1 << 20, 'x') + "\n", "web.ini:2:1: the line is longer than 4096 characters"},
      {"[lock-pins]\n" + std::string(100, 'x') + "\n",
       "web.ini:2:1: '" + std::string(40, 'x') + "…' is no option; write NAME = VALUE"},
      {std::string("\x7f"
                   "ELF\0\0\n",
                   7),
       "web.ini:1:5: the file contains a zero byte, so it is no text"},
  };
  for (const bad_text& row : rows) {
    CAPTURE(row.text.substr(0, 60));
    CHECK(complaints(row.text).starts_with(row.says));
  }
}

TEST_CASE("profile: all faults are reported together, also those after a wrong section") {
  CHECK(complaints("[x]\nfamily = 1\n[lock-pins]\ny = 1\n[deny-socket-family]\nexisting = so\n") ==
        "web.ini:1:1: there is no policy 'x'\n"
        "web.ini:4:1: 'y' is no option of lock-pins\n"
        "web.ini:6:12: 'so' is no value for existing: it is yes or no");
}

TEST_CASE("profile: those that come with lsmith are valid, have side effects, and are listed") {
  const std::string listed = lsmith_says({"programs"}).out, as_json = lsmith_says({"programs", "--json"}).out;
  REQUIRE(programs::shipped_profiles().size() == 2);
  for (const programs::shipped_profile& one : programs::shipped_profiles()) {
    const auto read = programs::find_profile(std::string(one.name));
    REQUIRE(read);
    REQUIRE(*read);
    const programs::profile& whole = **read;
    CHECK_FALSE(whole.summary.empty());
    CHECK_FALSE(whole.side_effects.empty());
    CHECK(contains(listed, whole.side_effects));
    CHECK(contains(as_json, "{\"name\":\"" + whole.name + "\""));
    const outcome help = lsmith_says({"run", whole.name, "--help"});
    CHECK(help.status == 0);
    CHECK(contains(help.out, "side effects: " + whole.side_effects));
    CHECK(contains(help.out, "deny-socket-family --existing --family AF_"));
  }
}

TEST_CASE("profile: an unknown name, and a file that is missing, not regular or too large, are errors") {
  const outcome misspelt = lsmith_says({"run", "cve-2026-31413", "--system"});
  CHECK(misspelt.status == 2);
  CHECK(
      contains(misspelt.err, "there is no policy 'cve-2026-31413'; 'lsmith programs' lists them; did you mean 'cve-2026-31431'"));
  CHECK(contains(lsmith_says({"run", "absent.ini", "--system"}).err, "lsmith: absent.ini: No such file or directory"));
  CHECK(contains(lsmith_says({"run", "/proc/", "--system"}).err, "lsmith: /proc: this is no regular file"));
  const temporary_directory directory;
  const std::string large = write_profile(directory, std::string((1 << 20) + 1, '\n'));
  CHECK(contains(lsmith_says({"run", large, "--system"}).err, large + ": a profile is at most 1 MiB"));
}

TEST_CASE("profile: it needs a scope, from its file or from the command line; the command line overrides the file") {
  const temporary_directory directory;
  const std::string without = write_profile(directory, "[deny-raw-sockets]\n");
  CHECK(contains(lsmith_says({"show", without}).err, "say which processes the policy binds: --cgroup DIR"));
  const std::string both = write_profile(directory, "uid = 33\nno-events = yes\n[deny-raw-sockets]\n[deny-fileless-exec]\n");
  const outcome of_file = lsmith_says({"show", both}), of_line = lsmith_says({"show", both, "--system"});
  CHECK(of_file.status == 0);
  CHECK(of_line.status == 0);
  CHECK(contains(of_file.out, "socket_create on socket_create"));
  CHECK(contains(of_file.out, " on bprm_check_security"));
  CHECK(contains(of_file.out, "bpf_get_current_uid_gid"));
  CHECK_FALSE(contains(of_line.out, "bpf_get_current_uid_gid"));
  CHECK(contains(lsmith_says({"show", both, "--family", "AF_ALG"}).err, "unrecognised option '--family'"));
}

TEST_CASE("profile: an invalid value of an option is reported with its location in the file") {
  const bad_text rows[] = {
      {"uid = root\n[lock-pins]\n", ":1:7: 'root' is no value for --uid: it takes a number from 0 to 4294967295"},
      {"system = yes\nexcept-uid = 4294967295\n[lock-pins]\n", ":2:14: 4294967295 is no uid"},
      {"system = yes\nexcept-exe = /proc/self/exe\nexcept-exe = /does/not/exist\n[lock-pins]\n",
       ":3:14: cannot read '/does/not/exist': ENOENT"},
      {"system = yes\nvia = magic\n[lock-pins]\n", ":2:7: 'magic' is no value for --via"},
      {"system = yes\npin = no.dots\n[lock-pins]\n", ":2:7: 'no.dots' is no name to pin a policy by"},
      {"system = yes\npin = a\nconfirm-within = soon\n[lock-pins]\n", ":3:18: 'soon' is no duration"},
      {"uid = --system\n[lock-pins]\n", ":1:7: --uid needs a value, and --system is none"},
      {"system = yes\n[deny-socket-family]\nfamily = AF_ALGE\n", ":3:10: there is no socket family 'AF_ALGE'"},
      {"system = yes\n[deny-socket-family]\nexisting = yes\n", ":2:1: policy deny-socket-family needs --family"},
      {"system = yes\n[deny-exec-from]\nfrom = tmpf\n", ":3:8: 'tmpf' is no value for --from"},
      {"system = yes\n[deny-ioctl]\ncommand = TIOCSTY\n", ":3:11: 'TIOCSTY' is no value for --command"},
      {"system = yes\n[allow-egress]\nrules = /does/not/exist\n", ":3:9: cannot read '/does/not/exist': ENOENT"},
      {"system = yes\n[protect-files]\npath = /,/does/not/exist\n", ":3:8: cannot read '/does/not/exist': ENOENT"},
      {"system = yes\n[exec-only-from]\ntrust = /does/not/exist\n", ":3:9: cannot read '/does/not/exist': ENOENT"},
  };
  const temporary_directory directory;
  for (const bad_text& row : rows) {
    const std::string path = write_profile(directory, row.text);
    const outcome said = lsmith_says({"show", path});
    CAPTURE(said.err);
    CHECK(said.status == 1);
    CHECK(said.err.starts_with("lsmith: " + path + row.says));
  }
  const std::string path = write_profile(directory, "uid = 33\n[lock-pins]\n");
  CHECK(lsmith_says({"show", path, "--uid", "root"})
            .err.starts_with("lsmith show: 'root' is no value for --uid"));  // the file is not at fault
}

TEST_CASE("profile: a relative path starts at the profile's directory, whatever the working directory is") {
  const temporary_directory directory;
  std::ofstream(directory / "web.rules") << "10.0.0.0/8 443\n";
  std::ofstream(directory / "tool") << "x";
  const std::string sound =
      "system = yes\nexcept-exe = tool\n[allow-egress]\nrules = web.rules\n[protect-files]\npath = tool,/proc\n[exec-only-from]\ntrust = 259:1,tool\n";
  CHECK(lsmith_says({"show", write_profile(directory, sound)}).status == 0);
  const auto read = programs::find_profile(directory / "own.ini");
  REQUIRE(read);
  REQUIRE(*read);
  CHECK((*read)->option_texts() == texts{"--system", "--except-exe=" + (directory / "tool")});
  CHECK((*read)->chosen[0].values.at("rules") == directory / "web.rules");
  CHECK((*read)->chosen[1].values.at("path") == (directory / "tool") + ",/proc");
  CHECK((*read)->chosen[2].values.at("trust") == "259:1," + (directory / "tool"));
  const std::string path = write_profile(directory, "system = yes\n[allow-egress]\nrules = absent.rules\n");
  CHECK(contains(lsmith_says({"show", path}).err, path + ":3:9: cannot read '" + (directory / "absent.rules") + "'"));
}
