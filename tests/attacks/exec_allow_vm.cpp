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
               denied("memory file", rule, [] { return run_descriptor(memory_file()); }),
               denied("program on another file system", rule, run_mounted),
               denied("new file with the name of a listed one", rule, [&] { return run_replaced(at); }),
               denied("writing to a listed file", "allowed-file-written", [&] { return try_open(written, O_WRONLY | O_APPEND); }),
               denied("truncating a listed file by open(2)", "allowed-file-written", [&] { return truncate_open(written); }),
               denied("truncating a listed file", "allowed-file-truncated",
                      [&] { return outcome_of(truncate(written.c_str(), 4096)); }),
               denied("writing by another name", "allowed-file-written", [&] { return try_open(linked, O_RDWR); }),
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

TEST_SUITE_END();
