// The kernel may refuse any bpf(2) call of a command, also after it has accepted others. Here each call of a command in turn
// fails with -ENOMEM. If the command then reports success, its policy is enforced; else it has changed nothing.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/network.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

using loader::abi::command;

/// Which calls of a command are refused in turn: all of them, or only those that create or change something.
enum class calls { all, changes };

unsigned calls_made = 0, refused_call = 0;
calls counted = calls::all;

bool is_counted(command what) {
  constexpr command changes[] = {
      command::map_create, command::map_update_elem, command::map_update_batch,    command::map_freeze, command::btf_load,
      command::prog_load,  command::link_create,     command::raw_tracepoint_open, command::obj_pin};
  return counted == calls::all || std::ranges::find(changes, what) != std::end(changes);
}

long refusing(command what, void* attributes, std::uint32_t size) {
  const bool refused = is_counted(what) && ++calls_made == refused_call;
  return refused ? -ENOMEM : loader::kernel_bpf(what, attributes, size);
}

bool rules_are_in = false;

bool is_map_of_maps(std::uint32_t descriptor) {
  loader::abi::map_info info;
  loader::abi::info_by_fd attributes{.bpf_fd = descriptor, .info_len = sizeof info, .info = loader::abi::address(&info)};
  return loader::kernel_bpf(command::obj_get_info_by_fd, &attributes, sizeof attributes) == 0 &&
         info.type == static_cast<std::uint32_t>(map_type::array_of_maps);
}

/// Refuses every call after the one that puts the new rules into the array of maps, as if the process had ended there.
long nothing_after_the_rules(command what, void* attributes, std::uint32_t size) {
  if (rules_are_in) return -ENOMEM;
  const long outcome = loader::kernel_bpf(what, attributes, size);
  if (what == command::map_update_elem)
    rules_are_in = is_map_of_maps(static_cast<const loader::abi::map_element*>(attributes)->map_fd);
  return outcome;
}

outcome said_without(unsigned call, const std::vector<std::string>& words) {
  calls_made = 0;
  refused_call = call;
  const loader::replaced_bpf kernel(refusing);
  return lsmith_says(words);
}

/// Runs a command once for each of its calls, with that call refused, and at last with none refused. `before` runs before each
/// try. `after` runs after it, with true if the command reported success.
template <class Before, class After>
void refuse_everywhere(const std::vector<std::string>& words, calls which, Before before, After after) {
  counted = which;
  unsigned refused = 0;
  for (unsigned call = 1;; ++call) {
    before();
    const outcome said = said_without(call, words);
    CAPTURE(call);
    INFO(said.err);
    CHECK((said.status == 0 || (said.status == 1 && !said.err.empty())));
    after(said.status == 0);
    if (calls_made < call) break;
    refused += said.status != 0;
  }
  MESSAGE(refused << " times refused");
}

/// Checks that the policy is enforced as a whole, and that there is no other version of it.
void check_one_version() {
  CHECK(lsmith_says({"status", "web"}).status == 0);
  CHECK(loader::pins().leftovers()->empty());
  check_all_is_listed();
}

int try_port(std::uint16_t port) {
  const int sender = socket(AF_INET, SOCK_DGRAM, 0);
  const auto to = ipv4("127.0.0.1", port);
  const int outcome = past_policy(sendto(sender, "", 1, 0, general(to), sizeof to));
  close(sender);
  return outcome;
}

constexpr const char *old_rules = "127.0.0.0/8 80\n", *new_rules = "127.0.0.0/8 25\n";

/// An egress policy, pinned as "web" with the old rules; detached when this is destroyed.
struct pinned_egress {
  temporary_directory directory = {};
  std::string rules = directory / "rules";

  pinned_egress() {
    raise_loopback();
    write(old_rules);
    REQUIRE(lsmith_says({"run", "allow-egress", "--rules", rules, "--system", "--pin", "web"}).status == 0);
    REQUIRE(try_port(80) == 0);
  }
  ~pinned_egress() {
    lsmith_says({"detach", "web"});
    check_nothing_is_left();
  }
  void write(const char* text) const { std::ofstream(rules) << text; }
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("run, with each of its calls refused: afterwards no policy is enforced, and nothing is left") {
  refuse_everywhere(
      {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "0s"}, calls::all, [] {},
      [](bool) { check_nothing_is_left(); });
}

TEST_CASE("run --pin, with each of its calls refused: the policy is enforced, or nothing of it is left") {
  refuse_everywhere(
      pin_words({"--confirm-within", "1h"}), calls::all, [] {},
      [](bool done) {
        if (!done) return check_nothing_is_left();
        CHECK(try_socket(AF_PACKET) == EPERM);
        check_one_version();
        CHECK(lsmith_says({"detach", "web"}).status == 0);
      });
}

TEST_CASE("run --replace, with each of its calls refused: the new policy is enforced, or the old one still is") {
  refuse_everywhere(
      pin_words({"--replace"}, "AF_PACKET,AF_NETLINK"), calls::changes,
      [] { REQUIRE(lsmith_says(pin_words({"--replace"})).status == 0); },
      [](bool done) {
        CHECK(try_socket(AF_PACKET) == EPERM);
        CHECK(try_socket(AF_NETLINK) == (done ? EPERM : 0));
        check_one_version();
        CHECK(contains(lsmith_says({"status", "web"}).out, "AF_NETLINK") == done);
      });
  lsmith_says({"detach", "web"});
  check_nothing_is_left();
}

TEST_CASE("reload of rules, with each of its calls refused: the new or the old rules are enforced, and reload reported which") {
  const pinned_egress web;
  refuse_everywhere(
      {"reload", "web"}, calls::changes,
      [&] {
        web.write(old_rules);
        REQUIRE(lsmith_says({"reload", "web"}).status == 0);
        REQUIRE(try_port(80) == 0);
        web.write(new_rules);
      },
      [&](bool done) {
        CHECK(try_port(80) == (done ? EPERM : 0));
        CHECK(try_port(25) == (done ? 0 : EPERM));
        check_one_version();
        web.write(done ? new_rules : old_rules);
        CHECK(contains(lsmith_says({"reload", "web"}).err, "nothing is changed"));
      });
}

TEST_CASE("reload of rules: if it ends before the new rules are pinned, it and status report it; the next reload repairs it") {
  const pinned_egress web;
  web.write(new_rules);
  {
    rules_are_in = false;
    const loader::replaced_bpf kernel(nothing_after_the_rules);
    const outcome ended = lsmith_says({"reload", "web"});
    CHECK(ended.status == 1);
    INFO(ended.err);
    CHECK(contains(ended.err, "the new rules of 'web' are enforced, but not pinned; reload it again"));
  }
  CHECK(try_port(25) == 0);
  CHECK(try_port(80) == EPERM);
  CHECK(contains(lsmith_says({"status", "web"}).out, "an interrupted reload left other rules enforced"));
  web.write(old_rules);  // the rules that it was pinned with
  const outcome again = lsmith_says({"reload", "web"});
  CHECK(again.status == 0);
  CHECK_FALSE(contains(again.err, "nothing is changed"));
  CHECK(try_port(80) == 0);
  CHECK(try_port(25) == EPERM);
  CHECK_FALSE(contains(lsmith_says({"status", "web"}).out, "interrupted"));
}

TEST_CASE("detach, with each of its calls refused: the policy is removed, or it fails and the next detach removes it") {
  refuse_everywhere(
      {"detach", "web"}, calls::all, [] { REQUIRE(lsmith_says(pin_words()).status == 0); },
      [](bool done) {
        if (!done) {
          check_all_is_listed();
          CHECK(lsmith_says({"detach", "web"}).status == 0);
        }
        check_nothing_is_left();
      });
}

TEST_SUITE_END();
