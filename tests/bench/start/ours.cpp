// A static program that makes the policy with the library when it starts, enforces it, reports that on descriptor 3, and keeps
// running.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>

namespace {

int fail(const std::string& why) { return std::fprintf(stderr, "%s\n", why.c_str()), 1; }

/// Before 5.11 maps count as locked memory. libbpf raises the limit too.
void allow_locked_memory() {
  constexpr rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

}  // namespace

int main() {
  const std::uint64_t nothing = 0;
  allow_locked_memory();
  const auto policy = lsmith::programs::deny_socket_family({17});
  if (!policy) return fail(to_string(policy.error()));
  const auto enforced = lsmith::loader::enforce(*policy);
  if (!enforced) return fail(to_string(enforced.error()));
  if (write(3, &nothing, sizeof nothing) != sizeof nothing) return 1;
  for (;;) pause();
}
