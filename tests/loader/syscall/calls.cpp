#include <doctest/doctest.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include <lsmith/loader/syscall/calls.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

/// The calls that were made, and the results of the next ones: each a negative errno, or 0 for a new descriptor.
std::vector<abi::command> calls;
std::vector<long> results;

long scripted(abi::command command, void*, std::uint32_t) {
  calls.push_back(command);
  if (results.empty()) return -EIO;
  const long returned = results.front();
  results.erase(results.begin());
  return returned == 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : returned;
}

struct scripted_kernel {
  explicit scripted_kernel(std::vector<long> script) : replaced(scripted) {
    calls.clear();
    results = std::move(script);
  }
  replaced_bpf replaced;
};

}  // namespace

TEST_CASE("attach: BPF_LINK_CREATE is tried first, and nothing else if it succeeds") {
  const scripted_kernel kernel({0});
  CHECK(attach_lsm(fd(open("/dev/null", O_RDONLY))).has_value());
  CHECK(calls == std::vector{abi::command::link_create});
}

TEST_CASE("attach: after EINVAL or 524, as before 5.19, BPF_RAW_TRACEPOINT_OPEN is tried") {
  for (const long unknown : {-EINVAL, -524}) {
    const scripted_kernel kernel({unknown, 0});
    CHECK(attach_lsm(fd(open("/dev/null", O_RDONLY))).has_value());
    CHECK(calls == std::vector{abi::command::link_create, abi::command::raw_tracepoint_open});
  }
}

TEST_CASE("attach: any other errno is returned, and nothing else is tried") {
  for (const long no : {-EPERM, -EBUSY, -E2BIG, -ENOMEM}) {
    const scripted_kernel kernel({no});
    const auto link = attach_lsm(fd(open("/dev/null", O_RDONLY)));
    REQUIRE_FALSE(link);
    CHECK(link.error().system_error == -no);
    CHECK(calls.size() == 1);
  }
}

TEST_CASE("load: if the verifier is interrupted, the load is repeated, at most five times in all") {
  {
    const scripted_kernel kernel({-EAGAIN, -EAGAIN, 0});
    CHECK(load_program({}).has_value());
    CHECK(calls.size() == 3);
  }
  const scripted_kernel kernel({-EAGAIN, -EAGAIN, -EAGAIN, -EAGAIN, -EAGAIN, 0});
  const auto loaded = load_program({});
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().system_error == EAGAIN);
  CHECK(calls.size() == 5);
}

TEST_CASE("descriptors: one with the number of a standard stream is moved above them") {
  const int saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
  close(0);
  int number = -1;
  {
    const scripted_kernel kernel({0});
    const auto made = create_map({});
    REQUIRE(made);
    number = made->get();
  }
  const bool stayed_free = fcntl(0, F_GETFD) < 0;
  dup2(saved, 0);
  close(saved);
  CHECK(number > 2);
  CHECK(stayed_free);
}

TEST_CASE("descriptors: after a move there is exactly one owner") {
  fd first(open("/dev/null", O_RDONLY));
  const int number = first.get();
  fd second = std::move(first);
  CHECK_FALSE(first);
  CHECK(second.get() == number);
  second = fd();
  CHECK(fcntl(number, F_GETFD) < 0);
}

TEST_CASE("names: at most 15 characters are copied, and the field stays zero-terminated") {
  char field[abi::name_length] = {};
  put_name(field, "a_name_of_sixteen");
  CHECK(std::strlen(field) == 15);
}
