// Ways to run code from another device than the trusted one, which is the guest's root (/tmp is another one).
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/options/files.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/attacks/overlays.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const std::string top = "/lsmith-attack", foreign = "/tmp/lsmith-foreign", device = "/tmp/lsmith-device";

int run_detached(const char* type) {
  const int root = detached_mount(type);
  return root < 0 ? not_possible : run_path(add_program("/proc/self/fd/" + std::to_string(root) + "/prog"));
}

int run_overlay() {
  mkdir((top + "/a").c_str(), 0777);
  mkdir((top + "/b").c_str(), 0777);
  mkdir((top + "/onto").c_str(), 0777);
  add_program(top + "/a/prog");
  if (!enter_mount_namespace() || mount_overlay(top + "/a:" + top + "/b", "", "", top + "/onto") != 0) return not_possible;
  return run_path(top + "/onto/prog");
}

int run_mounted_by_user() {
  if (!become_user_with_namespaces() || mount("tmpfs", top.c_str(), "tmpfs", 0, "") != 0) return not_possible;
  return run_path(add_program(top + "/prog"));
}

/// A new file system that gets the number of the one that was unmounted.
int run_from_reused_number() {
  struct stat before = {}, after = {};
  if (stat(device.c_str(), &before) != 0 || umount(device.c_str()) != 0) return EIO;
  if (mount("tmpfs", device.c_str(), "tmpfs", 0, "") != 0 || stat(device.c_str(), &after) != 0) return EIO;
  return before.st_dev == after.st_dev ? run_path(add_program(device + "/prog")) : EXDEV;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on exec-only-from and verity-exec") {
  load_module("overlay");
  const attack_directory directory(top);
  const mounted other("tmpfs", foreign);
  const std::string program = other.add("prog"), script = add_program(top + "/script", "#!" + program + "\n");
  const auto attack_with = [&](const char* policy, const char* rule) {
    attack({.words = {policy, "--trust", "/"},
            .bypasses =
                {
                    denied("program on another device", rule, [&] { return run_path(program); }),
                    denied("program on another device by descriptor", rule,
                           [&] { return run_descriptor(open(program.c_str(), O_RDONLY)); }),
                    denied("interpreter on another device", rule, [&] { return run_path(script); }),
                    denied("library on another device", rule, [&] { return map_code(open(program.c_str(), O_RDONLY)); }),
                    denied("data on another device made executable", rule,
                           [&] { return make_code(open(program.c_str(), O_RDONLY)); }),
                    is_remapping_judged() ? denied("data by remap_file_pages", rule, [&] { return remap_code(program); })
                                          : open_to("data by remap_file_pages", "", [&] { return remap_code(program); }),
                    denied("memory file", rule, [] { return run_descriptor(memory_file()); }),
                    denied("unnamed file on another device", rule, [] { return run_descriptor(unnamed_file(foreign)); }),
                    denied("detached ramfs", rule, [] { return run_detached("ramfs"); }),
                    denied("tmpfs mounted by a user", rule, run_mounted_by_user),
                    denied("overlay over the trusted device", rule, run_overlay),
                    open_to("file written to the trusted device", "protect-files",
                            [] { return run_path(add_program(top + "/written")); }),
                },
            .can_be_built = false});
  };
  attack_with("exec-only-from", "device-not-trusted");
  if (btf::find_hook(kernel_types(), "bdev_setintegrity")) attack_with("verity-exec", "not-signed");

  const mounted trusted("tmpfs", device);
  attack({.words = {"exec-only-from", "--trust", device},
          .bypasses = {denied("number of an unmounted device", "device-not-trusted", run_from_reused_number)},
          .can_be_built = false});
}

// No key of the kernel's keyrings is at hand, so no device with a valid signature: the test says in the kernel's place that one is.
TEST_CASE("verity-exec: code of a device that the kernel has reported as signed runs, and of another one does not") {
  if (!btf::find_hook(kernel_types(), "bdev_setintegrity")) SKIP("hook bdev_setintegrity came with Linux 6.12");
  const mounted one("tmpfs", foreign), other("tmpfs", device);
  const std::string signed_program = one.add("prog"), program = other.add("prog");
  const bound_group bound("verity-exec", {{"trust", "/"}});
  CHECK(bound.inside([&] { return run_path(signed_program); }) == EACCES);
  const std::uint32_t number = programs::identify_file(foreign)->device;
  constexpr std::uint64_t is_signed = 1;
  REQUIRE(loader::update_element(bound.policy().find_map("signed_devices")->descriptor.get(), &number, &is_signed));
  CHECK(bound.inside([&] { return run_path(signed_program); }) == 0);
  CHECK(bound.inside([&] { return run_path(program); }) == EACCES);
  CHECK(bound.decided() == "not-signed not-signed");
}

TEST_CASE("exec-only-from: a trusted device that is unmounted and mounted again is not trusted, and the others are") {
  const mounted kept("tmpfs", foreign);
  mounted trusted("tmpfs", device);
  const std::string stays = kept.add("prog");
  const bound_group bound("exec-only-from", {{"trust", device + "," + foreign}});
  const std::string before = trusted.add("prog");
  CHECK(bound.inside([&] { return run_path(before); }) == 0);
  CHECK(in_child(run_from_reused_number) == 0);
  CHECK(bound.inside([&] { return run_path(device + "/prog"); }) == EACCES);
  CHECK(bound.inside([&] { return run_path(stays); }) == 0);
  CHECK(bound.decided() == "device-not-trusted");
}

TEST_CASE("exec-only-from by modify-return denies the same, but is not told of unmounted devices") {
  const mounted other("tmpfs", foreign);
  const std::string program = other.add("prog");
  const temporary_cgroup group("lsmith-replaced");
  const auto said = lsmith_says(
      {"run", "exec-only-from", "--trust", "/", "--cgroup", group.path(), "--via", "modify-return", "--pin", "replaced"});
  REQUIRE_MESSAGE(said.status == 0, said.err);
  CHECK(in_child([&] { return group.join() ? run_path(program) : 255; }) == EACCES);
  CHECK(lsmith_says({"detach", "replaced"}).status == 0);
}

TEST_SUITE_END();
