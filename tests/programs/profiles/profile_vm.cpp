// Enforced profiles: several policies under one name, which are enforced, replaced and removed together.
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
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// A profile in a new file, for pinning as "house"; detached when this is destroyed.
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

std::size_t loaded_programs() { return loader::lsm_programs()->size(); }

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("profile: its policies are enforced under one name, and detach removes them all") {
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
  const std::string reported = lsmith_says({"report", "house"}).out;
  CHECK(contains(reported, "new-socket"));
  CHECK(contains(reported, "raw-socket"));
  CHECK(profile.run().status == 0);  // it is enforced already
  CHECK(lsmith_says({"detach", "house"}).status == 0);
  CHECK(try_socket(AF_NETLINK) == 0);
  CHECK(try_raw() == 0);
}

TEST_CASE("profile: reload reads its file again; if the file is wrong, the old profile stays enforced") {
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

TEST_CASE("profile: --enforce does not end a dry run that the file requests, and the error says so") {
  const house profile("system = yes\ndry-run = yes\n[deny-raw-sockets]\n");
  REQUIRE(profile.run().status == 0);
  CHECK(try_raw() == 0);
  const outcome said = lsmith_says({"reload", "house", "--enforce"});
  CHECK(said.status == 2);
  CHECK(contains(said.err, "the profile itself says dry-run = yes"));
  CHECK(try_raw() == 0);
}

TEST_CASE("profile: if one of its policies cannot be built, none is enforced") {
  const house profile("system = yes\n[deny-raw-sockets]\n[deny-socket-family]\nfamily = AF_NOTHING\n");
  const outcome said = profile.run();
  CHECK(said.status == 1);
  CHECK(contains(said.err, "AF_NOTHING"));
  CHECK(try_raw() == 0);
  CHECK(loaded_programs() == 0);
  CHECK(loader::pins().names()->empty());
}

TEST_CASE("profile: each of the two that come with lsmith denies its socket family") {
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

TEST_CASE("profile: one profile can contain all ready-made policies, and each has its own maps") {
  const temporary_directory directory;
  const std::string rules = directory / "rules";
  std::ofstream(rules) << "10.0.0.0/8 443\n";
  std::string text = "uid = 4711\npartial = yes\n";  // no process here has this uid
  const auto aux = kernel_types().find("bpf_prog_aux", btf::kind::struct_);
  const bool knows_signatures = aux && kernel_types().locate(aux->id(), "sig").has_value();
  for (const programs::ready_made* one : programs::catalogue()) {
    if (one->name == "only-signed-bpf" && !knows_signatures) continue;
    text += "[" + std::string(one->name) + "]\n";
    if (one->name == "deny-socket-family") text += "family = AF_ALG\n";
    if (one->name.starts_with("allow-")) text += "rules = " + rules + "\n";
    if (one->name == "protect-files") text += "path = " + rules + "\n";
    if (one->name == "exec-only-from") text += "trust = /\n";
    if (one->name == "exec-allow") text += "allow = " + rules + "\n";
  }
  const house profile(text);
  const outcome said = profile.run();
  CAPTURE(said.err);
  CHECK(said.status == 0);
  CHECK(loaded_programs() >= programs::catalogue().size());
  CHECK(lsmith_says({"status", "house"}).status == 0);
  CHECK(try_raw() == 0);
}

TEST_SUITE_END();
