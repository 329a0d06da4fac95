#include <doctest/doctest.h>

#include <lsmith/loader/kernel/active_lsms.hpp>

TEST_CASE("the list to boot with keeps every LSM that is active, and never is a bare bpf where others are") {
  using lsmith::loader::lsm_list_with_bpf;
  CHECK(lsm_list_with_bpf({"lockdown", "capability", "landlock", "yama", "apparmor"}) == "lockdown,landlock,yama,apparmor,bpf");
  CHECK(lsm_list_with_bpf({"capability", "landlock", "bpf", "ima"}) == "landlock,bpf");
  CHECK(lsm_list_with_bpf({}) == "bpf");
}
