// In 5.12 an argument was inserted before all others of inode_setxattr. A program refers to arguments by name. So a program
// built with the types of an older or newer kernel must read the right slots on the running kernel.
#include <doctest/doctest.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::btf {
namespace {

constexpr const char* others = "/tests/btf";  // BTF of other kernels, copied there by the ring

/// A file on a file system with extended attributes.
struct attributed_file {
  const char* directory = "/tmp/lsmith-attributes";
  std::string path = std::string(directory) + "/file";
  attributed_file() {
    ::mkdir(directory, 0700);
    REQUIRE(::mount("none", directory, "tmpfs", 0, nullptr) == 0);
    ::close(::open(path.c_str(), O_CREAT | O_WRONLY, 0600));
  }
  ~attributed_file() {
    ::umount2(directory, MNT_DETACH);
    ::rmdir(directory);
  }
  /// 0, or the errno.
  int set(const char* name, int flags) const { return ::setxattr(path.c_str(), name, "value", 5, flags) == 0 ? 0 : errno; }
};

checked<object> guard_attributes(const types& kernel) {
  return dsl::lsm(kernel, "inode_setxattr", [](dsl::hook& h) {
    h.when(h.arg("name").text(64) == "security.refused", [&] { h.deny(EACCES); });
    h.when(h.arg("flags") == XATTR_REPLACE, [&] { h.deny(EROFS); });
  });
}

void check_on_this_kernel(const types& built_on) {
  const auto policy = guard_attributes(built_on);
  REQUIRE(policy);
  const attributed_file file;
  CHECK(file.set("security.refused", 0) == 0);
  {
    const auto enforced = loader::enforce(*policy);
    REQUIRE(enforced);
    CHECK(file.set("security.refused", 0) == EACCES);
    CHECK(file.set("security.other", XATTR_CREATE) == 0);
    CHECK(file.set("security.other", XATTR_REPLACE) == EROFS);
    CHECK(file.set("security.other", 0) == 0);
  }
  CHECK(file.set("security.refused", 0) == 0);
}

std::uint32_t slot_of_name(const types& kernel) {
  return find_argument(kernel, find_hook(kernel, "inode_setxattr").value(), "name")->offset;
}

TEST_SUITE_BEGIN("lsm");

TEST_CASE("moved arguments: a program on inode_setxattr runs on kernels older and newer than its types") {
  if (::access(others, R_OK) != 0) SKIP("the types of other kernels were not brought along");
  tests::allow_locked_memory();
  const types own = loader::read_types().value();
  bool moved = false;
  for (const auto& each : std::filesystem::directory_iterator(others)) {
    CAPTURE(each.path().string());
    const types other = loader::read_types(each.path()).value();
    moved = moved || slot_of_name(other) != slot_of_name(own);
    check_on_this_kernel(other);
  }
  check_on_this_kernel(own);
  CHECK(moved);  // else the test shows nothing
}

TEST_SUITE_END();

}  // namespace
}  // namespace lsmith::btf
