// Programs of more than one function, and programs that call into the kernel by name, on a real kernel.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel_version.hpp>
#include <lsmith/tests/harness/guest.hpp>

namespace lsmith::tests {
namespace {

const bool limit_raised = [] {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
}();

object parsed(std::string_view source, isa::line_info lines = isa::line_info::keep) {
  const checked<object> whole = isa::text::parse(source, "t.s", {.lines = lines});
  REQUIRE_MESSAGE(whole, isa::text::explain(whole.error(), source));
  return *whole;
}

constexpr std::string_view counts_in_steps = R"(
.licence "GPL"
.map hits, array, 4, 8, 1
.program count_up, socket_create
  r1 = map_fd(hits) ll
  r2 = function(step) ll
  r3 = 0
  r4 = 0
  call bpf_for_each_map_elem
  r0 = 0
  exit
.function step
  r1 = 5
  lock *(u64 *)(r3 + 0) += r1
  r0 = 0
  exit
)";

constexpr std::string_view asks_for_a_key = R"(
.licence "GPL"
.program guarded, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  r1 = 0
  call kfunc(bpf_lookup_system_key)
  if r0 == 0 goto allow
  r1 = r0
  call kfunc(bpf_key_put)
  if w6 != 38 goto allow
  r0 = -1
  exit
allow:
  r0 = 0
  exit
)";

std::uint64_t hits_of(const loader::enforcement& live) {
  const std::uint32_t key = 0;
  std::uint64_t value = 0;
  REQUIRE(loader::lookup_element(live.find_map("hits")->descriptor.get(), &key, &value));
  return value;
}

constexpr int af_alg = 38;

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("functions: a helper calls back into the program, with and without lines") {
  for (const isa::line_info lines : {isa::line_info::keep, isa::line_info::drop}) {
    auto live = loader::enforce(parsed(counts_in_steps, lines));
    if (loader::running_kernel() < loader::kernel_version{5, 13}) {
      REQUIRE_FALSE(live);
      continue;
    }
    REQUIRE_MESSAGE(live, to_string(live.error()) << "\n" << live.error().log);
    const std::uint64_t before = hits_of(*live);
    CHECK(try_socket(AF_INET) == 0);
    CHECK(hits_of(*live) >= before + 5);
    CHECK(hits_of(*live) % 5 == 0);
  }
}

TEST_CASE("functions: a kernel function is called by its name, and its absence is told at the line") {
  const bool has_it = loader::running_kernel() >= loader::kernel_version{6, 1};
  auto live = loader::enforce(parsed(asks_for_a_key));
  REQUIRE_MESSAGE(live.has_value() == has_it, (live ? "" : to_string(live.error()) + "\n" + live.error().log));
  if (has_it) CHECK(try_socket(af_alg) == EPERM);
  else CHECK(to_string(live.error()) == "t.s:6:3: there is no function 'bpf_lookup_system_key'\nt.s:9:3: there is no function 'bpf_key_put'");
  if (has_it) CHECK(try_socket(AF_INET) == 0);
}

TEST_CASE("functions: one that no module has either is told at the line") {
  auto live = loader::enforce(parsed(".program wrong, socket_create\n  call kfunc(bpf_never_was)\n  r0 = 0\n  exit\n"));
  REQUIRE_FALSE(live);
  CHECK(to_string(live.error()) == "t.s:2:3: there is no function 'bpf_never_was'");
}

TEST_SUITE_END();

}  // namespace lsmith::tests
