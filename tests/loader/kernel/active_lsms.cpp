#include <doctest/doctest.h>

#include <lsmith/loader/kernel/active_lsms.hpp>

TEST_CASE("active LSMs: the list to boot with keeps every active LSM and adds bpf") {
  using lsmith::loader::lsm_list_with_bpf;
  CHECK(lsm_list_with_bpf({"lockdown", "capability", "landlock", "yama", "apparmor"}) == "lockdown,landlock,yama,apparmor,bpf");
  CHECK(lsm_list_with_bpf({"capability", "landlock", "bpf", "ima"}) == "landlock,bpf");
  CHECK(lsm_list_with_bpf({}) == "bpf");
}
