// Under load: processes try forbidden calls without pause while the rules are replaced again and again. A gap could only be
// between two steps of a replacement. A test cannot choose that moment, so it tries many.
#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>
#include <lsmith/programs/policy/event.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/caller.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/network.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using clock = std::chrono::steady_clock;

/// Rules that differ from version to version, also in number. None of them allows port 25, or 192.0.2.1.
std::string rules_of_version(unsigned version) {
  std::string text = "127.0.0.0/8 80," + std::to_string(8000 + version) + "\n";
  for (unsigned i = 0; i < 100 + version % 50; ++i)
    text += "10." + std::to_string(version) + "." + std::to_string(i) + ".0/24 443\n";
  return text;
}

/// The maps of a pinned policy. Those with counts remain when the rules are replaced.
struct counted {
  std::vector<loader::live_map> maps;

  explicit counted(const char* name) : maps(std::move(loader::pins().find(name)->maps)) {}
  const loader::live_map& map(std::string_view name) const {
    const auto found =
        std::ranges::find(maps, name, [](const loader::live_map& one) -> std::string_view { return one.description.name; });
    REQUIRE(found != maps.end());
    return *found;
  }
  std::uint64_t denials() const {
    const auto rows = programs::read_decision_counts(map(reserved::decisions));
    REQUIRE(rows);
    std::uint64_t all = *loader::read_counter(map(reserved::uncounted));
    for (const programs::counted_decision& one : *rows) all += one.seen.count;
    return all;
  }
  std::uint64_t lost() const { return *loader::read_counter(map(reserved::lost)); }
};

int try_to_send(int by, const sockaddr_in& to) { return past_policy(sendto(by, "x", 1, 0, general(to), sizeof to)); }
int try_to_connect(int by, const sockaddr_in& to) { return past_policy(connect(by, general(to), sizeof to)); }

void reload_under_load(unsigned times, std::chrono::milliseconds between) {
  raise_loopback();
  const temporary_directory directory;
  const std::string rules = directory / "rules";
  const auto write = [&](unsigned version) { std::ofstream(rules) << rules_of_version(version); };
  const temporary_cgroup group("lsmith-fire");
  write(0);
  REQUIRE(lsmith_says({"run", "allow-egress", "--rules", rules, "--cgroup", group.path(), "--pin", "fire"}).status == 0);
  {
    const counted seen("fire");
    auto events = loader::event_reader::open(seen.map(reserved::events));
    REQUIRE(events);

    const fd stream(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)), datagrams(socket(AF_INET, SOCK_DGRAM, 0)),
        neighbour(socket(AF_INET, SOCK_DGRAM, 0));
    const auto bound = [&](const std::function<int()>& attempt) {
      return [&group, attempt, joined = false]() mutable {
        if (!joined && !(joined = group.join())) return ESRCH;
        return attempt();
      };
    };
    caller by_port(bound([&] { return try_to_connect(stream.get(), ipv4("127.0.0.1", 25)); }));
    caller by_network(bound([&] { return try_to_send(datagrams.get(), ipv4("192.0.2.1", 80)); }));
    caller allowed(bound([&] { return try_to_send(neighbour.get(), ipv4("127.0.0.1", 80)); }));

    std::uint64_t delivered = 0;
    const auto take_events = [&](clock::time_point until) {
      do {
        delivered += events->drain([](bytes) {});
        usleep(1000);
      } while (clock::now() < until);
    };
    while (by_port.tries() == 0 || by_network.tries() == 0 || allowed.tries() == 0) take_events(clock::now());
    for (unsigned version = 1; version <= times; ++version) {
      const auto next = clock::now() + between;
      write(version);
      const outcome said = lsmith_says({"reload", "fire"});
      REQUIRE(said.err == "lsmith: fire: allow-egress has new rules\n");
      take_events(next);
    }
    CHECK(by_port.stop() == 0);
    CHECK(by_network.stop() == 0);
    CHECK(allowed.stop() == 0);
    take_events(clock::now());

    const std::uint64_t tries = by_port.tries() + by_network.tries();
    MESSAGE(times << " reloads, " << tries << " forbidden calls, " << seen.denials() << " denials counted, " << delivered
                  << " events and " << seen.lost() << " lost; " << allowed.tries() << " allowed calls");
    CHECK(by_port.refused() == by_port.tries());
    CHECK(by_network.refused() == by_network.tries());
    CHECK(allowed.succeeded() == allowed.tries());
    CHECK(seen.denials() == tries);
    CHECK(delivered + seen.lost() == tries);
  }
  CHECK(lsmith_says({"detach", "fire"}).status == 0);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("under load: rules are reloaded 20 times, and each forbidden call of two processes is refused and counted") {
  reload_under_load(20, std::chrono::milliseconds(50));
}

TEST_CASE("soak: under load, rules are reloaded 100 times, and each forbidden call is refused and counted" * doctest::skip()) {
  reload_under_load(100, std::chrono::milliseconds(600));
}

TEST_SUITE_END();
