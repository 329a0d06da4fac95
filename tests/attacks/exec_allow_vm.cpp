// Ways to run code from a file that exec-allow does not list, or to change one that it lists.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith::tests;

int open_again(const std::string& path) { return open(path.c_str(), O_RDONLY | O_CLOEXEC); }

int run_mounted() {
  const std::string onto = "/tmp/lsmith-other";
  mkdir(onto.c_str(), 0755);
  if (!enter_mount_namespace() || mount("none", onto.c_str(), "tmpfs", 0, "") != 0) return not_possible;
  return run_path(add_program(onto + "/prog"));
}

int truncate_open(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (file < 0) return errno;
  close(file);
  return 0;
}

/// The name of a listed file for a new one.
int run_replaced(const attack_directory& at) {
  const std::string fresh = add_program(at / "fresh"), name = at / "replaced";
  if (std::rename(fresh.c_str(), name.c_str()) != 0) return errno;
  return run_path(name);
}

int written_before = -1;

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("bypasses of exec-allow") {
  const attack_directory at("/tmp/lsmith-allowed"), elsewhere("/tmp/lsmith-elsewhere");
  const std::string listed = add_program(at / "listed"), written = add_program(at / "written"),
                    other = add_program(elsewhere / "other"), script = add_program(elsewhere / "script", "#!" + listed + "\n"),
                    listed_script = add_program(at / "script", "#!" + other + "\n"), linked = elsewhere / "link";
  add_program(at / "replaced");
  REQUIRE(link(listed.c_str(), linked.c_str()) == 0);
  const char* rule = "not-allowed";
  attack(
      {.words = {"exec-allow", "--allow", at.path},
       .bypasses =
           {
               denied("other program", rule, [&] { return run_path(other); }),
               denied("other program by descriptor", rule, [&] { return run_descriptor(open_again(other)); }),
               denied("other program by O_PATH descriptor", rule, [&] { return run_descriptor(open(other.c_str(), O_PATH)); }),
               denied("other script of a listed interpreter", rule, [&] { return run_path(script); }),
               denied("listed script of another interpreter", rule, [&] { return run_path(listed_script); }),
               denied("other library", rule, [&] { return map_code(open_again(other)); }),
               denied("other data made executable", rule, [&] { return make_code(open_again(other)); }),
               is_remapping_judged() ? denied("other data by remap_file_pages", rule, [&] { return remap_code(other); })
                                     : open_to("other data by remap_file_pages", "", [&] { return remap_code(other); }),
               denied("memory file", rule, [] { return run_descriptor(memory_file()); }),
               denied("program on another file system", rule, run_mounted),
               denied("new file with the name of a listed one", rule, [&] { return run_replaced(at); }),
               denied("writing to a listed file", "allowed-file-written", [&] { return try_open(written, O_WRONLY | O_APPEND); }),
               denied("truncating a listed file by open(2)", "allowed-file-written", [&] { return truncate_open(written); }),
               denied("truncating a listed file", "allowed-file-truncated",
                      [&] { return outcome_of(truncate(written.c_str(), 4096)); }),
               denied("writing by another name", "allowed-file-written", [&] { return try_open(linked, O_RDWR); }),
               denied("generation of another file", "generation-set",
                      [&] { return set_generation(other, version_command::usual); }),
               denied("generation of another file, by ext4's number", "generation-set",
                      [&] { return set_generation(other, version_command::ext4); }),
               open_to("writing by a descriptor from before", "", [] { return write(written_before, "x", 1) == 1 ? 0 : errno; })
                   .after([&] { written_before = open(written.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC); }),
               open_to("anonymous memory", "deny-writable-code",
                       [] {
                         return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
                                    ? errno
                                    : 0;
                       }),
               open_to("listed program", "", [&] { return run_path(listed); }),
               open_to("listed program by another name", "", [&] { return run_path(linked); }),
           },
       .can_be_built = false});
}

// A ramfs has no generations, and the inode numbers of all of them are counted together.
TEST_CASE("exec-allow: a file of an unmounted file system is not listed any more, and the others are") {
  const std::string device = "/tmp/lsmith-device";
  mkdir(device.c_str(), 0755);
  REQUIRE(mount("none", device.c_str(), "ramfs", 0, "") == 0);
  const std::string listed = add_program(device + "/prog");
  const attack_directory at("/tmp/lsmith-allowed");
  const std::string stays = add_program(at / "stays");
  struct stat before = {}, after = {};
  REQUIRE(stat(device.c_str(), &before) == 0);
  const bound_group bound("exec-allow", {{"allow", listed + "," + stays}});
  CHECK(bound.inside([&] { return run_path(listed); }) == 0);
  const int kept = open(listed.c_str(), O_PATH | O_CLOEXEC);
  REQUIRE(umount2(device.c_str(), MNT_DETACH) == 0);
  CHECK(bound.inside([&] { return run_descriptor(kept); }) == 0);  // it is still in use
  close(kept);
  REQUIRE(mount("none", device.c_str(), "ramfs", 0, "") == 0);
  REQUIRE(stat(device.c_str(), &after) == 0);
  CHECK(before.st_dev == after.st_dev);
  const auto gone = lsmith::loader::read_counter(*bound.policy().find_map("allowed_gone"));
  REQUIRE(gone);
  CHECK(*gone != 0);
  CHECK(bound.inside([&] { return run_path(stays); }) == 0);
  CHECK(umount(device.c_str()) == 0);
}

TEST_SUITE_END();
