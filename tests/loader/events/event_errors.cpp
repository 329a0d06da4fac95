// What readers of events report when the kernel is not to blame: no errno belongs to it, or it is that of another call.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <lsmith/loader/events/event_loop.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>

namespace {

using namespace lsmith;

/// The number that the next descriptor of this process will have.
int next_descriptor() {
  const int number = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(number);
  return number;
}

loader::live_map hash_map() { return {.description = {.name = "known", .type = map_type::hash, .key_size = 4, .value_size = 8}}; }

}  // namespace

TEST_CASE("event reader: a map of another kind has no events, and the sentence does not mention an errno") {
  const auto reader = loader::event_reader::open(hash_map());
  REQUIRE_FALSE(reader);
  CHECK(to_string(reader.error()) == "map 'known' has no events: it is neither a ring buffer nor a perf event array");
}

TEST_CASE("decision counts: a map of another layout is refused with an errno") {
  const auto counts = programs::read_decision_counts(hash_map());
  REQUIRE_FALSE(counts);
  CHECK(to_string(counts.error()) ==
        "reading decision counts of another layout in map 'known' failed: EINVAL (invalid argument)");
}

TEST_CASE("event loop: the sentence names the call that failed, opening or waiting") {
  const int number = next_descriptor();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none_free{static_cast<rlim_t>(number), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none_free) == 0);
  const auto refused = loader::event_loop::open();
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE_FALSE(refused);
  CHECK(to_string(refused.error()) == "epoll_create1 failed: EMFILE (too many open files)");

  auto loop = loader::event_loop::open();
  REQUIRE(loop);
  close(number);  // that of the loop
  const auto waited = loop->wait(0);
  REQUIRE_FALSE(waited);
  CHECK(to_string(waited.error()).starts_with("epoll_wait failed: EBADF"));
}
