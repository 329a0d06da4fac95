// What the verbs that need a kernel print with --json is what docs/json.md describes.
#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/page/json_page.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/network.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// What the command prints with --json, with this exit status.
std::string json_of(std::vector<std::string> given, int status = 0) {
  given.push_back("--json");
  CAPTURE(given);
  const outcome said = lsmith_says(given);
  CHECK_MESSAGE(said.status == status, said.err);
  return said.out;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("docs/json.md: hooks, show, build and doctor print what it describes") {
  const temporary_directory files;
  check_described("hooks", json_of({"hooks", "socket_create", "--probe"}));
  check_described("show", json_of({"show", "deny-socket-family", "--family", "AF_ALG", "--system"}));
  check_described("build", json_of({"build", "deny-raw-sockets", "--system", "--pin", "raw", "-o", files / "deny-raw"}));
  check_described("doctor", json_of({"doctor"}));
}

TEST_CASE("docs/json.md: run and watch print a line for each event, and a last line") {
  {
    process run(command_line({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--events-per-second", "100",
                              "--for", "2s", "--json"}));
    REQUIRE(run.wait_for("\"not_covered\":[]}\n"));
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(run.finish() == 0);
    check_described("run", run.out(), "not_covered");
    CHECK(contains(run.out(), "{\"events\":1,\"not_written\":0,\"lost\":0,\"suppressed\":0,\"missed\":0}\n"));
  }
  const pinned_web web(pin_words({"--events-per-second", "100"}));
  CHECK(try_socket(AF_PACKET) == EPERM);
  process watch(command_line({"watch", "web", "--for", "1s", "--json"}));
  CHECK(watch.finish() == 0);
  check_described("watch", watch.out());
}

TEST_CASE("docs/json.md: the verbs about pinned policies print what it describes") {
  const outcome pinned = lsmith_says(pin_words({"--confirm-within", "1h", "--disarmed", "--events-per-second", "100", "--json"}));
  check_described("run --pin, reload", pinned.out, "not_covered");
  CHECK(contains(json_of({"arm", "web"}), "{\"name\":\"web\",\"change\":\"armed\"}\n"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  check_described("status", json_of({"status", "web"}), "leftovers");
  check_described("report", json_of({"report", "web"}));
  {
    const auto counting = loader::enable_statistics();
    REQUIRE(counting);
    CHECK(try_socket(AF_PACKET) == EPERM);
    check_described("list", json_of({"list"}));
  }
  check_described("arm, keep, detach", json_of({"keep", "web"}));
  CHECK(contains(json_of({"keep", "web"}), "\"change\":\"none\""));
  check_described("run --pin, reload", json_of({"reload", "web", "--family", "AF_KEY"}), "not_covered");
  CHECK(contains(json_of({"detach", "web"}), "\"change\":\"detached\""));
  CHECK(contains(json_of({"detach", "web"}), "\"change\":\"none\""));
}

TEST_CASE("docs/json.md: report --learn prints what it describes") {
  raise_loopback();
  const temporary_directory files;
  const std::string rules = files / "some.rules", profile = files / "some.ini";
  std::ofstream(rules) << "192.0.2.0/24 443\n";
  std::ofstream(profile) << "[limit-capabilities]\n[allow-egress]\nrules = " << rules
                         << "\n[deny-socket-family]\nfamily = AF_KEY\n";
  const pinned_web web({"run", profile, "--uid", "0", "--dry-run", "--pin", "web"});
  REQUIRE_MESSAGE(web.said.status == 0, web.said.err);
  CHECK(try_send(AF_INET, SOCK_DGRAM, ipv4("127.0.0.1", 53)) == 0);
  CHECK(try_socket(AF_KEY) != EPERM);
  check_described("report --learn", json_of({"report", "web", "--learn"}));
}

TEST_CASE("--json: what the kernel refuses is an object with the errors too") {
  const auto errors_of = [](std::vector<std::string> words, int status) {
    json_shape shape;
    const std::string printed = json_of(std::move(words), status);
    CHECK_MESSAGE(add_shape(printed, shape), printed);
    CHECK_MESSAGE(shape.contains("errors[].cause string"), printed);
    return text_in(printed, "cause");
  };
  CHECK(as_user(4711, [&] { return errors_of({"run", "mprotect-audit", "--system"}, 1) == "missing_capability" ? 0 : 1; }) == 0);
  CHECK(as_user(4711, [] { return contains(json_of({"list"}), "{\"cause\":\"missing_capability\",") ? 0 : 1; }) == 0);
  CHECK(errors_of({"run", "mprotect-audit", "--cgroup", "/tmp"}, 1) == "cgroup_invalid");
  const pinned_web web(pin_words({"--no-events"}));
  CHECK(errors_of({"watch", "web"}, 1) == "no_events");
  CHECK(errors_of({"report", "web"}, 1) == "counts_missing");
  CHECK(errors_of({"reload", "web", "--disarmed"}, 1) == "armed");
  CHECK(errors_of(pin_words({}, "AF_KEY"), 1) == "pin_taken");
}

TEST_SUITE_END();
