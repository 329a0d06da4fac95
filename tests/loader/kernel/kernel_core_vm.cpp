// CO-RE relocations that the kernel resolves while it loads the program. The program is written against other BTF with other
// offsets, so if it decides correctly, it was relocated.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::loader {
namespace {

checked<object> guard_name(const btf::types& kernel) {
  return dsl::lsm(kernel, "file_open", [](dsl::hook& h) {
    auto name = h.arg("file")["f_path.dentry"]["d_name.name"].text(32);
    h.when(name == "lsmith-guarded", [&] { h.deny(EACCES); });
  });
}

int try_open(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  ::close(file);
  return 0;
}

void check_built_on(const btf::types& types) {
  const auto policy = guard_name(types);
  REQUIRE(policy);
  const auto enforced = enforce(*policy, {.built_on = &types});
  if (running_kernel() < kernel_version{5, 17}) {
    REQUIRE_FALSE(enforced);
    CHECK(enforced.error().what[0].why == cause::kernel_too_old);
    CHECK(to_string(enforced.error()).find("5.17") != std::string::npos);
    return;
  }
  REQUIRE_MESSAGE(enforced, (enforced ? "" : to_string(enforced.error()) + "\n" + enforced.error().log));
  CHECK(try_open("/tmp/lsmith-guarded") == EACCES);
  CHECK(try_open("/tmp/lsmith-free") == 0);
}

TEST_SUITE_BEGIN("lsm");

TEST_CASE("kernel CO-RE: the kernel relocates a program that was written against other BTF") {
  tests::allow_locked_memory();
  check_built_on(tests::small_kernel_types());  // made for tests: every offset is wrong here
  check_built_on(read_types().value());
  std::error_code none;
  for (const auto& each : std::filesystem::directory_iterator("/tests/btf", none))
    check_built_on(read_types(each.path()).value());
  ::unlink("/tmp/lsmith-guarded");
  ::unlink("/tmp/lsmith-free");
}

TEST_CASE("kernel CO-RE: the kernel rejects a program that uses a member it does not have") {
  if (running_kernel() < kernel_version{5, 17}) SKIP("kernels before 5.17 resolve no CO-RE relocations");
  btf::encoder e;
  const btf::type_id number = e.int_("int", 4, btf::int_encoding::signed_);
  const btf::type_id file = e.struct_("file", 8, std::vector<btf::new_member>{{"no_such_member", number, 0}});
  const btf::type_id pointer = e.pointer(file);
  e.func("bpf_lsm_file_open", e.func_proto(number, std::vector<btf::new_param>{{"file", pointer}}), btf::linkage::static_);
  const btf::types nowhere = btf::types::own(e.finish()).value();
  const auto policy =
      dsl::lsm(nowhere, "file_open", [](dsl::hook& h) { h.when(h.arg("file")["no_such_member"] == 3, [&] { h.deny(EACCES); }); });
  REQUIRE(policy);
  const auto enforced = enforce(*policy, {.built_on = &nowhere});
  CHECK_FALSE(enforced);
}

TEST_SUITE_END();

}  // namespace
}  // namespace lsmith::loader
