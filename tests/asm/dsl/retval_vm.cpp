// Return values of programs on a real kernel: values outside the hook's range, and a hook whose default is not 0.
#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/socket.h>

#include <string_view>

#include <lsmith/loader/load/elements.hpp>
#include <lsmith/tests/asm/dsl/dsl_guest.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

struct prctl_call {
  std::uint64_t option;
};

/// Reports every prctl(2), and denies one. The others are allowed in each possible form: by a run-time 0, by allow(), and
/// without a verdict.
void watch_prctl(dsl::hook& h) {
  auto option = h.arg("option");
  h.audit(dsl::record<prctl_call>(option));
  h.when(option == PR_GET_TIMERSLACK, [&] { h.deny(EACCES); });
  h.when(option == PR_GET_NAME, [&] { h.return_value(option * 0); });
  h.when(option == PR_GET_DUMPABLE, [&] { h.allow(); });
}

/// Returns 0 if every call but the denied one has the same result as without a program, else the number of the first failed
/// check.
int use_prctl() {
  char name[16] = {};
  if (prctl(PR_SET_NAME, "renamed") != 0) return 1;
  if (prctl(PR_GET_NAME, name) != 0 || std::string_view(name) != "renamed") return 2;
  if (prctl(PR_SET_DUMPABLE, 1) != 0 || prctl(PR_GET_DUMPABLE) != 1) return 3;
  if (prctl(PR_GET_TIMERSLACK) != -1 || errno != EACCES) return 4;
  if (prctl(-1) != -1 || errno != EINVAL) return 5;
  return 0;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: a return value in the hook's range is kept, and one outside it denies") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(types, "socket_create", [](dsl::hook& h) {
      h.when(h.arg("family") == AF_PACKET, [&] { h.return_value(0 - h.arg("type")); });  // -SOCK_RAW: ESRCH
      h.when(h.arg("family") == AF_ALG, [&] { h.return_value(h.arg("type")); });
      h.when(h.arg("family") == AF_UNIX, [&] { h.return_value(h.arg("protocol") - 5000); });
    }));
    CHECK(try_socket(AF_PACKET) == SOCK_RAW);
    CHECK(try_socket(AF_ALG) == EPERM);
    CHECK(try_socket(AF_UNIX) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
  });
}

TEST_CASE("dsl: a program that allows leaves prctl(2) unchanged, although 0 from its hook means done") {
  for (const attach_kind attach : {attach_kind::lsm_mac, attach_kind::modify_return, attach_kind::lsm_cgroup}) {
    CAPTURE(static_cast<int>(attach));
    if (attach == attach_kind::lsm_cgroup && is_older_than(6, 0)) continue;  // BPF_LSM_CGROUP came with 6.0
    auto written = dsl::lsm(small_kernel_types(), "task_prctl", watch_prctl, {.attach = attach});
    REQUIRE(written);
    loader::load_options how = {.despite_faults = true};
    const temporary_cgroup bound("dsl-prctl");
    if (attach == attach_kind::lsm_cgroup) how.attach_cgroup = bound.path();
    const auto policy = require_enforced(written, how);
    CHECK(in_child([&] { return bound.join() ? use_prctl() : 255; }) == 0);
    CHECK(events_of<prctl_call>(policy).size() >= 6);
  }
}
TEST_SUITE_END();
