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

/// What was asked of the kernel, and the answers still to give; each is an errno with its sign turned, or 0 for a
/// descriptor.
std::vector<abi::command> asked;
std::vector<long> answers;

long scripted(abi::command command, void*, std::uint32_t) {
  asked.push_back(command);
  if (answers.empty()) return -EIO;
  const long answer = answers.front();
  answers.erase(answers.begin());
  return answer == 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : answer;
}

struct scripted_kernel {
  explicit scripted_kernel(std::vector<long> script) : door(scripted) {
    asked.clear();
    answers = std::move(script);
  }
  replaced_bpf door;
};

}  // namespace

TEST_CASE("attach: BPF_LINK_CREATE is tried first and suffices where the kernel knows it") {
  const scripted_kernel kernel({0});
  CHECK(attach_lsm(fd(open("/dev/null", O_RDONLY))).has_value());
  CHECK(asked == std::vector{abi::command::link_create});
}

TEST_CASE("attach: a kernel before 5.19 answers EINVAL, or 524, and is asked by BPF_RAW_TRACEPOINT_OPEN") {
  for (const long unknown : {-EINVAL, -524}) {
    const scripted_kernel kernel({unknown, 0});
    CHECK(attach_lsm(fd(open("/dev/null", O_RDONLY))).has_value());
    CHECK(asked == std::vector{abi::command::link_create, abi::command::raw_tracepoint_open});
  }
}

TEST_CASE("attach: any other answer is the kernel's answer, and nothing else is tried") {
  for (const long no : {-EPERM, -EBUSY, -E2BIG, -ENOMEM}) {
    const scripted_kernel kernel({no});
    const auto link = attach_lsm(fd(open("/dev/null", O_RDONLY)));
    REQUIRE_FALSE(link);
    CHECK(link.error().system_error == -no);
    CHECK(asked.size() == 1);
  }
}

TEST_CASE("load: an interrupted verifier is asked again, five times at most") {
  {
    const scripted_kernel kernel({-EAGAIN, -EAGAIN, 0});
    CHECK(load_program({}).has_value());
    CHECK(asked.size() == 3);
  }
  const scripted_kernel kernel({-EAGAIN, -EAGAIN, -EAGAIN, -EAGAIN, -EAGAIN, 0});
  const auto loaded = load_program({});
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().system_error == EAGAIN);
  CHECK(asked.size() == 5);
}

TEST_CASE("descriptors: one that lands on a standard stream's number is moved above them") {
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

TEST_CASE("descriptors: moving one leaves exactly one owner") {
  fd first(open("/dev/null", O_RDONLY));
  const int number = first.get();
  fd second = std::move(first);
  CHECK_FALSE(first);
  CHECK(second.get() == number);
  second = fd();
  CHECK(fcntl(number, F_GETFD) < 0);
}

TEST_CASE("names: at most 15 letters are copied, and the field stays terminated") {
  char field[abi::name_length] = {};
  put_name(field, "a_name_of_sixteen");
  CHECK(std::strlen(field) == 15);
}
