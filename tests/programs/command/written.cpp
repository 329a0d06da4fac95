// A policy that somebody has written: what the command says about a file that it cannot use, and about options that the file does
// not declare. Nothing here reaches a kernel.
#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

using namespace lsmith::tests;

namespace {

constexpr const char* denies_all = ".program deny_all, socket_create\n  r0 = -1\n  exit\n";

struct mistake {
  const char* text;
  std::vector<std::string> options;
  int status;
  const char* says;
};

const mistake mistakes[] = {
    {denies_all, {}, 2, "say which processes the policy binds"},
    {denies_all, {"--uid", "3"}, 2, "declares no scope, so it binds every process: give --system in place of --uid"},
    {denies_all, {"--system", "--dry-run"}, 2, "does not declare a constant 'denial' for its return value: leave out --dry-run"},
    {denies_all, {"--system", "--except-uid", "3"}, 2, "does not declare exemptions: leave out --except-uid"},
    {denies_all, {"--system", "--pin", "x", "--confirm-within", "1m"}, 2, "does not declare a map 'deadline'"},
    {denies_all, {"--system", "--pin", "x", "--disarmed"}, 2, "does not declare a map 'armed'"},
    {denies_all, {"--system", "--events-per-second", "3"}, 2, "does not declare how it reports: leave out --events-per-second"},
    {denies_all, {"--system", "--partial"}, 2, "does not declare which of its programs it can do without"},
    {denies_all, {"--system", "--family", "AF_ALG"}, 2, "unrecognised option '--family'"},
    {"r0 = 0\nexit\n", {"--system"}, 1, "policy.s: the text names no hook"},
    {".license \"GPL\"\n", {"--system"}, 1, "policy.s:1: the program has no instruction"},
    {"", {"--system"}, 1, "the text names no hook"},
    {".program p, socket_create\n  r0 = r11\n  exit\n", {"--system"}, 1, "policy.s:2:8: "},
    {".program p, socket_create\n  goto nowhere\n", {"--system"}, 1, "policy.s:2:"},
    {"\177ELF nonsense", {"--system"}, 1, "policy.s"},
};

}  // namespace

TEST_CASE("run of a text: each mistake gets one sentence, with file, line and column for the text") {
  const temporary_directory files;
  const std::string path = files / "policy.s";
  for (const mistake& one : mistakes) {
    CAPTURE(one.text);
    std::ofstream(path, std::ios::binary) << one.text;
    std::vector<std::string> words{"run", path};
    words.insert(words.end(), one.options.begin(), one.options.end());
    const outcome said = lsmith_says(words);
    CHECK(said.status == one.status);
    CHECK_MESSAGE(contains(said.err, one.says), said.err);
    CHECK(said.out.empty());
  }
  CHECK(contains(lsmith_says({"run", files / "missing.s", "--system"}).err, "cannot read"));
  CHECK(contains(lsmith_says({"run", files.path + ".o", "--system"}).err, "cannot read"));
}

TEST_CASE("run of a text: --help lists its programs; --json has the place of a fault") {
  const temporary_directory files;
  const std::string path = files / "policy.s";
  std::ofstream(path) << denies_all;
  const outcome help = lsmith_says({"run", path, "--help"});
  CHECK(help.status == 0);
  CHECK(contains(help.out, "program deny_all on socket_create, 2 instructions\n"));
  std::ofstream(path) << ".program p, socket_create\n  r0 = r11\n";
  const outcome wrong = lsmith_says({"run", path, "--system", "--json"});
  CHECK(wrong.status == 1);
  CHECK(contains(wrong.out, "\"line\":2,\"column\":8"));
}
