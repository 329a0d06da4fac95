// The policy as a static program that uses the library: puts it in force, says so on descriptor 3, and stays. With the word
// "calls" it says how many nanoseconds its bpf(2) calls took instead of a plain zero.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policies/deny_socket_family.hpp>

namespace {

std::uint64_t in_calls = 0;

std::uint64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

long timed(lsmith::loader::abi::command command, void* attributes, std::uint32_t size) {
  const std::uint64_t start = now();
  const long answer = lsmith::loader::kernel_bpf(command, attributes, size);
  in_calls += now() - start;
  return answer;
}

int refuse(const std::string& why) { return std::fprintf(stderr, "%s\n", why.c_str()), 1; }

/// Before 5.11 maps count as locked memory; libbpf raises the limit likewise.
void allow_locked_memory() {
  constexpr rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

int enforce() {
  allow_locked_memory();
  const auto policy = lsmith::programs::deny_socket_family({17});
  if (!policy) return refuse(to_string(policy.error()));
  const auto in_force = lsmith::loader::enforce(*policy);
  if (!in_force) return refuse(to_string(in_force.error()));
  if (write(3, &in_calls, sizeof in_calls) != sizeof in_calls) return 1;
  for (;;) pause();
}

}  // namespace

int main(int count, char** words) {
  if (count < 2 || std::strcmp(words[1], "calls") != 0) return enforce();
  const lsmith::loader::replaced_bpf door(timed);
  return enforce();
}
