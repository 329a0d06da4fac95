// Ways round lock-pins, and its documented example: it locks the pins of the whole machine, also against the command that pins it.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const std::string above = "/tmp/lsmith-above", here = above + "/pins", pin = here + "/pin", directory = here + "/directory",
                  copy = "/tmp/lsmith-copy";

/// A bpffs in a mount namespace of the process, with a pinned map and a directory. They end with the process.
void prepare() {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(251);
  ::mkdir(above.c_str(), 0755);
  if (mount("tmpfs", above.c_str(), "tmpfs", 0, "") != 0) _exit(251);
  ::mkdir(here.c_str(), 0755);
  if (mount("bpf", here.c_str(), "bpf", 0, "") != 0) _exit(252);
  const auto map = loader::create_map({.map_type = 2, .key_size = 4, .value_size = 8, .max_entries = 1});
  if (!map || !loader::pin(*map, pin.c_str())) _exit(253);
  ::mkdir(directory.c_str(), 0755);
  ::mkdir((here + "-elsewhere").c_str(), 0755);
}

int exchange_names() {
  constexpr unsigned exchange = 2;
  const int result = outcome_of(syscall(SYS_renameat2, AT_FDCWD, pin.c_str(), AT_FDCWD, directory.c_str(), exchange));
  return result == EINVAL ? not_possible : result;  // before 5.13 a bpffs exchanges no names
}
int rename_into(const std::string& name) { return outcome_of(rename(pin.c_str(), (here + "/" + name).c_str())); }

int unlink_by_descriptor() {
  const int opened = open(here.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  return outcome_of(unlinkat(opened, "pin", 0));
}
int unlink_in_bind_mount() {
  if (mount(here.c_str(), (here + "-elsewhere").c_str(), nullptr, MS_BIND, nullptr) != 0) return errno;
  return outcome_of(unlink((here + "-elsewhere/pin").c_str()));
}
int unlink_in_new_namespace() { return unshare(CLONE_NEWNS) != 0 ? errno : outcome_of(unlink(pin.c_str())); }

int mount_new_over() {
  const int context = static_cast<int>(syscall(SYS_fsopen, "tmpfs", 0));
  constexpr int create = 6, empty_path = 4;
  if (context < 0 || syscall(SYS_fsconfig, context, create, nullptr, nullptr, 0) != 0) return errno;
  const int made = static_cast<int>(syscall(SYS_fsmount, context, 0, 0));
  return made < 0 ? errno : outcome_of(syscall(SYS_move_mount, made, "", AT_FDCWD, here.c_str(), empty_path));
}

int unmount(int flags) { return outcome_of(umount2(here.c_str(), flags)); }

/// Opens the switch for writing, and writes nothing: the attack on a machine that is not to be changed.
int switch_ftrace() {
  const int file = open("/proc/sys/kernel/ftrace_enabled", O_WRONLY | O_CLOEXEC);
  return file < 0 ? errno : 0;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("bypasses of lock-pins") {
  std::vector<bypass> all = {
      denied("unlink(2) of a pin", "pin-removed", [] { return outcome_of(unlink(pin.c_str())); }),
      denied("unlinkat(2) below a descriptor", "pin-removed", unlink_by_descriptor),
      denied("unlink(2) in another mount namespace", "pin-removed", unlink_in_new_namespace),
      denied("rmdir(2) of a directory", "pin-removed", [] { return outcome_of(rmdir(directory.c_str())); }),
      denied("rename(2) of a pin", "pin-renamed", [] { return rename_into("other"); }),
      denied("rename(2) of a pin into a directory", "pin-renamed", [] { return rename_into("directory/pin"); }),
      denied("renameat2(2) that exchanges two", "pin-renamed", exchange_names),
      denied("chmod(2) of a pin", "pin-changed", [] { return outcome_of(chmod(pin.c_str(), 0777)); }),
      denied("chown(2) of the directory", "pin-changed", [] { return outcome_of(chown(here.c_str(), 4711, 4711)); }),
      denied("umount(2)", "unmount", [] { return unmount(0); }),
      denied("umount2(2), lazily", "unmount", [] { return unmount(MNT_DETACH); }),
      denied("umount2(2), lazily, of a mount above", "unmount", [] { return outcome_of(umount2(above.c_str(), MNT_DETACH)); }),
      denied("mount(2) over it", "mount-over", [] { return outcome_of(mount("tmpfs", here.c_str(), "tmpfs", 0, "")); }),
      denied("bind mount over it", "mount-over",
             [] { return outcome_of(mount("/proc", here.c_str(), nullptr, MS_BIND, nullptr)); }),
      denied("fsmount(2) and move_mount(2) over it", "mount-over", mount_new_over),
      denied(
          "move_mount(2) of it", "mount-moved",
          [] { return outcome_of(syscall(SYS_move_mount, AT_FDCWD, here.c_str(), AT_FDCWD, (here + "-elsewhere").c_str(), 0)); }),
      denied("mount(2) with MS_MOVE", "mount-moved",
             [] { return outcome_of(mount(here.c_str(), (here + "-elsewhere").c_str(), nullptr, MS_MOVE, nullptr)); }),
      denied("writing ftrace_enabled", "ftrace-switched", switch_ftrace),
      denied("unlink(2) in a bind mount", "pin-removed", unlink_in_bind_mount),
      open_to("mount(2) over a directory above", "guard-mounts",
              [] { return outcome_of(mount("tmpfs", above.c_str(), "tmpfs", 0, "")); }),
      open_to("chroot(2)", "", [] { return outcome_of(chroot("/tmp")); }),
      open_to("bpf(2) on the maps of a policy", "guard-bpf", [] { return loader::open_pin(pin.c_str()) ? 0 : EPERM; }),
  };
  for (bypass& one : all) one.after(prepare);
  attack({.words = {"lock-pins"}, .bypasses = all});
}

TEST_CASE("lock-pins: its documented example locks the whole machine, and an exempt lsmith can still keep and detach it") {
  const std::vector<std::string> example = {"run", "lock-pins",    "--system", "--pin", "lock", "--confirm-within",
                                            "60s", "--except-exe", copy};
  std::filesystem::copy_file("/bin/lsmith", copy, std::filesystem::copy_options::overwrite_existing);
  const auto exempt = [](std::vector<std::string> words) {
    words.insert(words.begin(), copy);
    process command(words);
    const int status = command.finish();
    CAPTURE(command.err());
    return status;
  };

  const outcome pinned = lsmith_says(example);
  REQUIRE_MESSAGE(pinned.status == 0, pinned.err);
  CHECK(loader::pins().leftovers()->empty());
  CHECK(lsmith_says({"status", "lock"}).status == 0);

  // What is not exempt: it removes and replaces nothing, and leaves nothing; new pins are made.
  const outcome removed = lsmith_says({"detach", "lock"});
  CHECK(removed.status == 1);
  CHECK(contains(removed.err, "a policy denies it to this process"));
  const outcome again = lsmith_says(example);
  CHECK_MESSAGE(again.status == 0, again.err);  // the same policy: nothing to do
  const outcome other = lsmith_says({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"});
  CHECK_MESSAGE(other.status == 0, other.err);
  const outcome replaced =
      lsmith_says({"run", "deny-socket-family", "--family", "AF_ALG", "--system", "--pin", "web", "--replace"});
  CHECK(replaced.status == 1);
  CHECK(contains(replaced.err, "a policy denies it to this process"));
  CHECK(loader::pins().leftovers()->empty());
  CHECK(try_socket(AF_PACKET) == EPERM);

  CHECK(exempt({"keep", "lock"}) == 0);
  CHECK(lsmith_says({"status", "lock"}).status == 0);
  CHECK(exempt({"detach", "web"}) == 0);
  CHECK(exempt({"detach", "lock"}) == 0);
  CHECK(loader::pins().names()->empty());
  std::remove(copy.c_str());
}

TEST_SUITE_END();
