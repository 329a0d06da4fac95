// Ready-made policies as the command enforces them: armed later, in part (--partial), and with mistakes in the request. A wrong
// request attaches nothing, and leaves an enforced policy as it was.
#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/options/address_rules.hpp>
#include <lsmith/programs/policy/choices.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/network.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using words = std::vector<std::string>;

words joined(words all, const words& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Detaches "web" when it goes out of scope.
struct pinned_web {
  ~pinned_web() { lsmith_says({"detach", "web"}); }
};

void check_nothing_is_attached() {
  CHECK(loader::lsm_programs()->empty());
  CHECK(loader::pins().names()->empty());
}

int try_packet() { return try_socket(AF_PACKET); }
const words packets = {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"};

}  // namespace

TEST_SUITE_BEGIN("lsm");

// ------------------------------------------------------------------------------------------------------------ arming --

TEST_CASE("arm: a disarmed policy denies only once it is armed, and status says so before and after") {
  const pinned_web web;
  REQUIRE(lsmith_says(joined(packets, {"--disarmed"})).status == 0);
  CHECK(try_packet() == 0);
  const outcome waiting = lsmith_says({"status", "web"});
  CHECK(waiting.status == 3);
  CHECK(contains(waiting.out, "web: not enforced: disarmed: it allows everything until it is armed"));
  CHECK(contains(lsmith_says({"list"}).out, "disarmed"));
  CHECK(lsmith_says(joined(packets, {"--disarmed"})).status == 0);  // already pinned like this

  CHECK(lsmith_says({"arm", "web"}).err == "lsmith: web is armed\n");
  CHECK(try_packet() == EPERM);
  CHECK(lsmith_says({"status", "web"}).status == 0);
  CHECK(lsmith_says({"arm", "web"}).err == "lsmith: web is armed already; nothing is changed\n");
  CHECK(lsmith_says({"detach", "web"}).status == 0);
  CHECK(try_packet() == 0);
}

TEST_CASE("arm: a policy that was never disarmed is not changed") {
  const pinned_web web;
  REQUIRE(lsmith_says(packets).status == 0);
  const outcome said = lsmith_says({"arm", "web"});
  CHECK(said.status == 0);
  CHECK(said.err == "lsmith: web was never disarmed; nothing is changed\n");
  CHECK(try_packet() == EPERM);
}

TEST_CASE("arm: an armed policy cannot be disarmed, neither by writing its switch nor by reload") {
  const pinned_web web;
  REQUIRE(lsmith_says(joined(packets, {"--disarmed"})).status == 0);
  CHECK(lsmith_says({"reload", "web", "--family", "AF_PACKET,AF_KEY"}).status == 0);
  CHECK(try_packet() == 0);  // new rules, still disarmed
  REQUIRE(lsmith_says({"arm", "web"}).status == 0);
  {
    const auto found = loader::pins().find("web");
    REQUIRE(found);
    const std::uint32_t first = 0;
    const std::uint64_t disarmed = 0;
    CHECK_FALSE(loader::update_element(found->find_map(reserved::armed)->descriptor.get(), &first, &disarmed));
  }
  const outcome refused = lsmith_says({"reload", "web", "--disarmed"});
  CHECK(refused.status == 1);
  CHECK(refused.err == "lsmith: web cannot be disarmed; detach it, and pin it again with --disarmed\n");
  CHECK(try_packet() == EPERM);
  for (const char* families : {"AF_PACKET", "AF_PACKET,AF_KEY"}) {
    CHECK(lsmith_says({"reload", "web", "--family", families}).status == 0);
    CHECK(try_packet() == EPERM);
    CHECK(lsmith_says({"status", "web"}).status == 0);
  }
}

TEST_CASE("arm: a profile with disarmed = yes stays armed when reload reads its file again") {
  const pinned_web web;
  const temporary_directory directory;
  const std::string path = directory / "web.ini";
  std::ofstream(path) << "system = yes\ndisarmed = yes\n[deny-socket-family]\nfamily = AF_PACKET\n";
  REQUIRE(lsmith_says({"run", path, "--pin", "web"}).status == 0);
  CHECK(try_packet() == 0);
  REQUIRE(lsmith_says({"arm", "web"}).status == 0);
  CHECK(try_packet() == EPERM);
  for (int times = 0; times < 2; ++times) {
    CHECK(lsmith_says({"reload", "web"}).status == 0);
    CHECK(try_packet() == EPERM);
  }
}

// ----------------------------------------------------------------------------------------------------------- in part --

namespace {

int try_raw() {
  const fd made(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  return outcome_of(made.get());
}

int try_namespace() {
  return as_user(4711, [] { return outcome_of(unshare(CLONE_NEWUSER)); });
}

}  // namespace

TEST_CASE("--partial: if a hook is missing, run fails without it, and with it enforces the rest and says what is not covered") {
  const pinned_web web;
  const temporary_directory directory;
  const std::string path = directory / "web.ini";
  std::ofstream(path) << "system = yes\n[deny-raw-sockets]\n[deny-user-namespaces]\n";
  const bool has_hook = btf::find_hook(kernel_types(), "userns_create").has_value();  // Linux 6.1+

  const outcome whole = lsmith_says({"run", path, "--pin", "web"});
  CHECK(whole.status == (has_hook ? 0 : 1));
  if (!has_hook) {
    CHECK(whole.err ==
          "lsmith: this kernel has no hook 'userns_create', so deny-user-namespaces cannot cover new user namespaces; give "
          "--partial to enforce the rest\n");
    check_nothing_is_attached();
    const outcome nothing = lsmith_says({"run", "deny-user-namespaces", "--system", "--pin", "web", "--partial"});
    CHECK(nothing.status == 1);  // there is no rest
    CHECK(contains(nothing.err, "hook userns_create"));
    check_nothing_is_attached();
  }
  lsmith_says({"detach", "web"});

  const outcome part = lsmith_says({"run", path, "--pin", "web", "--partial"});
  CHECK(part.status == 0);
  CHECK(
      contains(part.err, "deny-user-namespaces does not cover new user namespaces, as this kernel has no hook 'userns_create'") ==
      !has_hook);
  CHECK(try_raw() == EPERM);
  CHECK(try_namespace() == (has_hook ? EPERM : 0));
}

// --------------------------------------------------------------------------------------------------------- bad input --

namespace {

/// Wrong arguments of a request, and what the sentence about them contains.
struct bad_request {
  words more;
  std::string says;
};

/// A rule file that is wrong.
struct bad_rules {
  const char* what;
  std::string content;
  std::string says;  ///< after the file's name
};

const bad_rules wrong_rules[] = {
    {"empty", "", ":1:1: expected one network per line, found none"},
    {"comments alone", "# nothing\n", ":1:1: expected one network per line, found none"},
    {"binary", std::string("\177ELF\0\1\2\n", 8), ":1:1: expected a network like"},
    {"a line of a megabyte", std::string(1 << 20, 'x'), ":1:1: expected a network like"},
    {"overlapping", "10.0.0.0/8\n10.1.0.0/16\n",
     ":2:1: expected a network that does not overlap that of line 1, found 10.1.0.0/16"},
    {"repeated", "10.0.0.0/8\n10.0.0.0/8 80\n",
     ":2:1: expected a network that does not overlap that of line 1, found 10.0.0.0/8"},
};

int try_port(std::uint16_t port) {
  const auto to = ipv4("127.0.0.1", port);
  const fd opened(socket(AF_INET, SOCK_DGRAM, 0));
  return past_policy(sendto(opened.get(), "x", 1, 0, general(to), sizeof to));
}

/// Checks that the command fails with a sentence that contains `says` and does not quote the whole file.
void check_refused(const outcome& said, const std::string& says) {
  CAPTURE(said.err);
  CHECK(said.status == 1);
  CHECK(contains(said.err, says));
  CHECK(said.err.size() < 500);
}

}  // namespace

TEST_CASE("rule files that are wrong, by run, reload and a profile: one sentence, nothing attached, the old rules enforced") {
  raise_loopback();
  const pinned_web web;
  const temporary_directory directory;
  const temporary_cgroup group("lsmith-rules");
  const std::string rules = directory / "web.rules", profile = directory / "web.ini";
  std::ofstream(profile) << "cgroup = " << group.path() << "\n[deny-raw-sockets]\n[allow-egress]\nrules = web.rules\n";
  const auto write = [&](const std::string& content) { std::ofstream(rules, std::ios::binary) << content; };
  const auto inside = [&](std::uint16_t port) { return in_child([&] { return group.join() ? try_port(port) : 255; }); };

  for (const words& run : {words{"run", "allow-egress", "--rules", rules, "--cgroup", group.path(), "--pin", "web"},
                           words{"run", profile, "--pin", "web"}}) {
    CAPTURE(run[1]);
    for (const bad_rules& one : wrong_rules) {
      CAPTURE(std::string(one.what));
      write(one.content);
      check_refused(lsmith_says(run), rules + one.says);
      check_nothing_is_attached();
    }
    unlink(rules.c_str());
    check_refused(lsmith_says(run), "cannot read '" + rules + "': ENOENT");
    check_nothing_is_attached();

    write("127.0.0.0/8 25\n");
    REQUIRE(lsmith_says(run).status == 0);
    const auto check_old_rules = [&] {
      CHECK(inside(25) == 0);
      CHECK(inside(80) == EPERM);
      CHECK(lsmith_says({"status", "web"}).status == 0);
    };
    check_old_rules();
    for (const bad_rules& one : wrong_rules) {
      CAPTURE(std::string(one.what));
      write(one.content);
      check_refused(lsmith_says({"reload", "web"}), rules + one.says);
      check_old_rules();
    }
    unlink(rules.c_str());
    check_refused(lsmith_says({"reload", "web"}), "cannot read '" + rules + "': ENOENT");
    check_old_rules();
    REQUIRE(lsmith_says({"detach", "web"}).status == 0);
  }
}

TEST_CASE("a million and one rules are one too many, by run and reload: nothing attached, the old rules enforced") {
  raise_loopback();
  const pinned_web web;
  const temporary_directory directory;
  const temporary_cgroup group("lsmith-rules");
  const std::string rules = directory / "web.rules",
                    says = rules + ":1000001:1: expected at most 1000000 networks, found 192.0.2.1";
  const auto inside = [&](std::uint16_t port) { return in_child([&] { return group.join() ? try_port(port) : 255; }); };
  const words run = {"run", "allow-egress", "--rules", rules, "--cgroup", group.path(), "--pin", "web"};
  const auto write_too_many = [&] {
    std::ofstream file(rules);
    for (unsigned i = 0; i < programs::most_networks; ++i)
      file << (i >> 16) << '.' << (i >> 8 & 255) << '.' << (i & 255) << ".0/24\n";
    file << "192.0.2.1\n";
  };
  write_too_many();
  check_refused(lsmith_says(run), says);
  check_nothing_is_attached();
  std::ofstream(rules) << "127.0.0.0/8 25\n";
  REQUIRE(lsmith_says(run).status == 0);
  write_too_many();
  check_refused(lsmith_says({"reload", "web"}), says);
  CHECK(inside(25) == 0);
  CHECK(inside(80) == EPERM);
}

TEST_CASE("options that are wrong, by run and reload: one sentence, nothing attached, the old policy enforced") {
  const bad_request rows[] = {
      {{"--except-exe", "/does/not/exist"}, "cannot read '/does/not/exist': ENOENT"},
      {{"--except-cgroup", "/does/not/exist"}, "/does/not/exist"},
      {{"--family", "AF_ALGE"}, "there is no socket family 'AF_ALGE'"},
      {{"--famly", "AF_ALG"}, "unrecognised option '--famly'"},
      {{"--confirm-within", "soon"}, "'soon' is no duration"},
  };
  for (const bad_request& row : rows) {
    const words run = row.more[0] == "--family" ? words{"run", "deny-socket-family", "--system", "--pin", "web"} : packets;
    const outcome said = lsmith_says(joined(run, row.more));
    CAPTURE(said.err);
    CHECK(said.status != 0);
    CHECK(contains(said.err, row.says));
    check_nothing_is_attached();
  }
  const pinned_web web;
  REQUIRE(lsmith_says(packets).status == 0);
  for (const bad_request& row : rows) {
    const outcome said = lsmith_says(joined({"reload", "web"}, row.more));
    CAPTURE(said.err);
    CHECK(said.status != 0);
    CHECK(contains(said.err, row.says));
    CHECK(try_packet() == EPERM);
    CHECK(lsmith_says({"status", "web"}).status == 0);
  }
}

TEST_CASE("profiles that are wrong, by run and reload: each mistake located, nothing attached, the old profile enforced") {
  const bad_request rows[] = {
      {{"[deny-socket-familly]\n"}, ":2:1: there is no policy 'deny-socket-familly'; did you mean 'deny-socket-family'?"},
      {{"[deny-raw-sockets]\nfamily = AF_ALG\n"}, ":3:1: 'family' is no option of deny-raw-sockets"},
      {{"[deny-socket-family]\nfamily = AF_ALGE\n"}, ":3:10: there is no socket family 'AF_ALGE'"},
      {{"except-exe = /does/not/exist\n[deny-raw-sockets]\n"}, ":2:14: cannot read '/does/not/exist': ENOENT"},
      {{std::string("\177ELF\0\n", 6)}, ":2:5: the file contains a zero byte, so it is no text"},
      {{"[deny-raw-sockets]\n" + std::string(1 << 20, 'x')}, "a profile is at most 1 MiB"},
      {{"[deny-raw-sockets]\n" + std::string(1 << 19, 'x')}, ":3:1: the line is longer than 4096 characters"},
      {{""}, ": the profile names no policy"},
  };
  const pinned_web web;
  const temporary_directory directory;
  const std::string path = directory / "web.ini";
  const auto write = [&](const std::string& text) { std::ofstream(path, std::ios::binary) << "system = yes\n" << text; };
  const words run = {"run", path, "--pin", "web"}, reload = {"reload", "web"};
  for (const bad_request& row : rows) {
    write(row.more[0]);
    check_refused(lsmith_says(run), row.says);
    check_nothing_is_attached();
  }
  write("[deny-raw-sockets]\n");
  REQUIRE(lsmith_says(run).status == 0);
  for (const bad_request& row : rows) {
    write(row.more[0]);
    check_refused(lsmith_says(reload), row.says);
    CHECK(try_raw() == EPERM);
  }
  unlink(path.c_str());
  check_refused(lsmith_says(reload), "No such file or directory");
  CHECK(try_raw() == EPERM);
}

TEST_SUITE_END();
