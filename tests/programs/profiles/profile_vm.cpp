// Profiles in force: several policies under one name, which stand and fall together.
#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>
#include <string>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/tests/harness/command.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// A profile in a file of its own, pinned as "house" and taken away at the end.
struct house {
  explicit house(std::string_view text) { write(text); }
  ~house() { lsmith_says({"detach", "house"}); }

  void write(std::string_view text) const { std::ofstream(path) << text; }
  outcome run(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"run", path, "--pin", "house"};
    words.insert(words.end(), more.begin(), more.end());
    return lsmith_says(words);
  }

  temporary_directory directory = {};
  std::string path = directory / "house.ini";
};

constexpr std::string_view packets_and_raw =
    "system = yes\n"
    "[deny-socket-family]\n"
    "family = AF_NETLINK\n"
    "[deny-raw-sockets]\n";

int try_raw() {
  const fd made(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  return outcome_of(made.get());
}

std::size_t programs_in_force() { return loader::lsm_programs()->size(); }

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("profile: its policies are in force under one name, and end with it") {
  const house profile(packets_and_raw);
  const outcome said = profile.run();
  CAPTURE(said.err);
  REQUIRE(said.status == 0);
  CHECK(try_socket(AF_NETLINK) == EPERM);
  CHECK(try_raw() == EPERM);
  CHECK(try_socket(AF_INET) == 0);
  const outcome status = lsmith_says({"status", "house"});
  CHECK(status.status == 0);
  CHECK(contains(status.out, profile.path));
  CHECK(contains(lsmith_says({"list"}).out, "house"));
  const std::string told = lsmith_says({"report", "house"}).out;
  CHECK(contains(told, "new-socket"));
  CHECK(contains(told, "raw-socket"));
  CHECK(profile.run().status == 0);  // it is so already
  CHECK(lsmith_says({"detach", "house"}).status == 0);
  CHECK(try_socket(AF_NETLINK) == 0);
  CHECK(try_raw() == 0);
}

TEST_CASE("profile: reload reads its file anew, and a file that is wrong leaves the old one in force") {
  const house profile(packets_and_raw);
  REQUIRE(profile.run().status == 0);
  profile.write("system = yes\n[deny-raw-sockets]\n");
  CHECK(lsmith_says({"reload", "house"}).status == 0);
  CHECK(try_socket(AF_NETLINK) == 0);
  CHECK(try_raw() == EPERM);
  profile.write("system = yes\n[deny-raw-socket]\n");
  const outcome wrong = lsmith_says({"reload", "house"});
  CHECK(wrong.status == 1);
  CHECK(contains(wrong.err, "house.ini:2:1: there is no policy 'deny-raw-socket'; did you mean 'deny-raw-sockets'?"));
  CHECK(try_raw() == EPERM);
}

TEST_CASE("profile: a dry run that its file asks for is not ended by --enforce, and that is said") {
  const house profile("system = yes\ndry-run = yes\n[deny-raw-sockets]\n");
  REQUIRE(profile.run().status == 0);
  CHECK(try_raw() == 0);
  const outcome said = lsmith_says({"reload", "house", "--enforce"});
  CHECK(said.status == 2);
  CHECK(contains(said.err, "the profile itself says dry-run = yes"));
  CHECK(try_raw() == 0);
}

TEST_CASE("profile: when one of its policies cannot be made, none is in force") {
  const house profile("system = yes\n[deny-raw-sockets]\n[deny-socket-family]\nfamily = AF_NOTHING\n");
  const outcome said = profile.run();
  CHECK(said.status == 1);
  CHECK(contains(said.err, "AF_NOTHING"));
  CHECK(try_raw() == 0);
  CHECK(programs_in_force() == 0);
  CHECK(loader::pins().names()->empty());
}

TEST_CASE("profile: the two that come with lsmith close the doors they name") {
  const std::pair<const char*, int> rows[] = {{"cve-2026-31431", AF_ALG}, {"cve-2026-43500", AF_RXRPC}};
  for (const auto& [name, family] : rows) {
    CAPTURE(name);
    const int before = try_socket(family);
    CHECK(before != EPERM);
    CHECK(lsmith_says({"run", name, "--system", "--pin", "cve"}).status == 0);
    CHECK(try_socket(family) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
    CHECK(lsmith_says({"detach", "cve"}).status == 0);
    CHECK(try_socket(family) == before);
  }
}

TEST_CASE("profile: all ready-made policies fit into one, and each keeps its own maps") {
  const temporary_directory directory;
  const std::string rules = directory / "rules";
  std::ofstream(rules) << "10.0.0.0/8 443\n";
  std::string text = "uid = 4711\npartial = yes\n";  // binds nobody here
  for (const programs::ready_made* one : programs::catalogue()) {
    text += "[" + std::string(one->name) + "]\n";
    if (one->name == "deny-socket-family") text += "family = AF_ALG\n";
    if (one->name == "allow-egress") text += "rules = " + rules + "\n";
    if (one->name == "protect-files") text += "path = " + rules + "\n";
    if (one->name == "exec-only-from") text += "trust = /\n";
  }
  const house profile(text);
  const outcome said = profile.run();
  CAPTURE(said.err);
  CHECK(said.status == 0);
  CHECK(programs_in_force() >= programs::catalogue().size());
  CHECK(lsmith_says({"status", "house"}).status == 0);
  CHECK(try_raw() == 0);
}

TEST_SUITE_END();
