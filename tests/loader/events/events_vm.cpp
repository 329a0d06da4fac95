// A flood of events. At any rate, and with a reader of any speed, every verdict is right, and the events delivered plus the
// events lost are the events produced.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <vector>

#include <lsmith/loader/events/event_loop.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using programs::event_channel;

struct flood_row {
  const char* name;
  unsigned events;
  unsigned producer_pause;  ///< microseconds
  int reader_pause;         ///< microseconds; negative: nothing is read before the end
  bool loses;               ///< whether events are lost: there are more than fit any buffer
};
const flood_row floods[] = {
    {"a trickle, read at once", 200, 500, 0, false},
    {"as fast as can be, read at once", 5000, 0, 0, false},
    {"as fast as can be, read now and then", 5000, 0, 20'000, false},
    {"as fast as can be, read at the end", 5000, 0, -1, true},
};

/// Makes denied calls in another process. Its exit status is 0 if all of them returned EPERM.
pid_t begin_flood(int family, unsigned events, unsigned pause) {
  const pid_t child = fork();
  if (child != 0) return child;
  unsigned wrong = 0;
  for (unsigned i = 0; i < events; ++i) {
    wrong += try_socket(family) != EPERM;
    if (pause != 0) usleep(pause);
  }
  _exit(wrong == 0 ? 0 : 1);
}

bool has_ended(pid_t child, int& status) { return waitpid(child, &status, WNOHANG) == child; }

loader::enforcement denial_of(int family, event_channel channel) {
  auto policy = programs::deny_socket_family({family}, {.events = channel});
  REQUIRE(policy);
  for (map& one : policy->maps)
    if (one.type == map_type::ringbuf) one.entries = 16 * 1024;
  return require_enforced(policy);
}

/// Reads until the flood is over. Returns how many events were delivered.
std::size_t read_until_end(loader::event_loop& loop, const flood_row& row, pid_t child, int& status) {
  std::size_t delivered = 0;
  while (!has_ended(child, status)) {
    if (row.reader_pause != 0) usleep(row.reader_pause < 0 ? 10'000 : static_cast<unsigned>(row.reader_pause));
    if (row.reader_pause >= 0) delivered += loop.wait(1).value_or(0);
  }
  return delivered + loop.drain();
}

void check_flood(const flood_row& row, event_channel channel) {
  CAPTURE(row.name);
  const auto policy = denial_of(AF_PACKET, channel);
  auto loop = loader::event_loop::open();
  REQUIRE(loop);
  auto reader = loader::event_reader::open(*policy.find_map("events"));
  REQUIRE(reader);
  std::size_t taken = 0;
  REQUIRE(loop->add(std::move(*reader), [&](bytes) { ++taken; }));
  int status = 0;
  const std::size_t delivered = read_until_end(*loop, row, begin_flood(AF_PACKET, row.events, row.producer_pause), status);
  const auto lost = loader::read_counter(*policy.find_map("lost"));
  REQUIRE(lost);
  MESSAGE(std::string(row.name) << ": " << delivered << " delivered, " << *lost << " lost");
  CHECK(status == 0);
  CHECK(taken == delivered);
  CHECK(delivered + *lost == row.events);
  if (row.loses) CHECK(*lost > 0);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("flood: through a ring buffer, delivered and lost add up to produced, and every verdict is right") {
  for (const flood_row& row : floods) check_flood(row, event_channel::ring_buffer);
}

TEST_CASE("flood: through perf buffers, delivered and lost add up to produced, and every verdict is right") {
  for (const flood_row& row : floods) check_flood(row, event_channel::perf_buffer);
}

TEST_CASE("flood: one thread reads several buffers, and each function gets only the records of its own") {
  constexpr int families[] = {AF_PACKET, AF_KEY, AF_NETLINK};
  constexpr unsigned events = 500;
  std::vector<loader::enforcement> policies;
  auto loop = loader::event_loop::open();
  REQUIRE(loop);
  std::size_t taken[std::size(families)] = {};
  for (std::size_t i = 0; i < std::size(families); ++i) {
    policies.push_back(denial_of(families[i], i == 1 ? event_channel::perf_buffer : event_channel::ring_buffer));
    auto reader = loader::event_reader::open(*policies.back().find_map("events"));
    REQUIRE(reader);
    REQUIRE(loop->add(std::move(*reader), [&taken, i](bytes) { ++taken[i]; }));
  }
  std::vector<pid_t> children;
  for (const int family : families) children.push_back(begin_flood(family, events, 0));
  for (const pid_t child : children) {
    int status = 0;
    read_until_end(*loop, floods[0], child, status);
    CHECK(status == 0);
  }
  for (std::size_t i = 0; i < std::size(families); ++i) {
    CAPTURE(i);
    CHECK(taken[i] + loader::read_counter(*policies[i].find_map("lost")).value_or(0) == events);
  }
}

TEST_SUITE_END();
