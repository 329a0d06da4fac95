// Policies on mounts and pins. Each attempt runs in its own mount namespace, so that it leaves no mounts.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/policy/attempt.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

constexpr const char* here = "/tmp/lsmith-mounts";
constexpr const char* there = "/tmp/lsmith-elsewhere";
constexpr int OPEN_TREE_CLONE_ = 1, MOVE_MOUNT_F_EMPTY_PATH_ = 4, FSCONFIG_CMD_CREATE_ = 6;

/// Runs `body` in a new mount namespace, where a file system of this type is mounted on `here`. Returns its result.
int in_own_namespace(const char* type, const std::function<int()>& body) {
  return in_child([&] {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 251;
    if (mount(type, here, type, 0, "") != 0) return 252;
    return body();
  });
}

int new_mount() { return outcome_of(mount("tmpfs", there, "tmpfs", 0, "")); }
int bind() { return outcome_of(mount(here, there, nullptr, MS_BIND, nullptr)); }
int move() { return outcome_of(mount(here, there, nullptr, MS_MOVE, nullptr)); }
int remount() { return outcome_of(mount(nullptr, here, nullptr, MS_REMOUNT | MS_RDONLY, "")); }
int make_file_system() {
  const int context = static_cast<int>(syscall(SYS_fsopen, "tmpfs", 0));
  return context < 0 ? errno : outcome_of(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE_, nullptr, nullptr, 0));
}
int move_copy() {
  const int tree = static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, here, OPEN_TREE_CLONE_));
  return tree < 0 ? errno : outcome_of(syscall(SYS_move_mount, tree, "", AT_FDCWD, there, MOVE_MOUNT_F_EMPTY_PATH_));
}
int move_by_new_call() { return outcome_of(syscall(SYS_move_mount, AT_FDCWD, here, AT_FDCWD, there, 0)); }
int pivot() { return outcome_of(syscall(SYS_pivot_root, here, here)); }

/// The two mount points.
struct directories {
  directories() {
    mkdir(here, 0755);
    mkdir(there, 0755);
  }
  ~directories() {
    rmdir(here);
    rmdir(there);
  }
};

struct mount_attempt {
  const char* what;
  int (*body)();
  const char* rule;
};

/// Tries each in two processes, one of them bound. The bound one joins the group after the setup, so that only the attempt
/// itself can be denied.
void check_in_namespaces(const bound_group& bound, const char* type, std::initializer_list<mount_attempt> all) {
  for (const mount_attempt& one : all) {
    CAPTURE(one.what);
    const int free = in_own_namespace(type, one.body);
    CHECK((free != EPERM && free != EACCES && free < 128));
    const int inside = in_own_namespace(type, [&] { return bound.join() ? one.body() : 255; });
    CHECK(inside == (one.rule == nullptr ? free : EPERM));
    CHECK(bound.decided() == (one.rule == nullptr ? "" : one.rule));
  }
}

int unlink_pin() {
  const auto map = loader::create_map({.map_type = 2, .key_size = 4, .value_size = 8, .max_entries = 1});
  const std::string path = std::string(here) + "/pinned";
  return map && loader::pin(*map, path.c_str()) ? outcome_of(unlink(path.c_str())) : 250;
}
int rename_pin() {
  mkdir("/tmp/lsmith-mounts/one", 0755);
  return outcome_of(rename("/tmp/lsmith-mounts/one", "/tmp/lsmith-mounts/two"));
}
int remove_directory() {
  mkdir("/tmp/lsmith-mounts/one", 0755);
  return outcome_of(rmdir("/tmp/lsmith-mounts/one"));
}
int unmount() { return outcome_of(umount2(here, 0)); }
int unmount_lazily() { return outcome_of(umount2(here, MNT_DETACH)); }
int mount_over() { return outcome_of(mount("tmpfs", here, "tmpfs", 0, "")); }
int unlink_file() {
  const int file = open("/tmp/lsmith-mounts/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  close(file);
  return outcome_of(unlink("/tmp/lsmith-mounts/file"));
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("guard-mounts: no mount is created, moved or changed, by the old system call or the new ones") {
  const directories both;
  {
    const bound_group bound("guard-mounts");
    const bool sees_calls = kernel_types().find("bpf_task_pt_regs", btf::kind::func).has_value();
    check_in_namespaces(bound, "tmpfs",
                        {{"mount", new_mount, "mount"},
                         {"bind", bind, "mount"},
                         {"move", move, "mount"},
                         {"remount", remount, "mount"},
                         {"fsconfig", make_file_system, "new-file-system"},
                         {"open_tree and move_mount", move_copy, sees_calls ? "copied-tree" : "move-mount"},
                         {"move_mount", move_by_new_call, "move-mount"},
                         {"pivot_root", pivot, "pivot-root"},
                         {"unmount", unmount, nullptr},
                         {"remove a file", unlink_file, nullptr}});
  }
  const bound_group bound("guard-mounts", {{"unmounting", ""}});
  check_in_namespaces(bound, "tmpfs", {{"unmount", unmount, "unmount"}, {"unmount lazily", unmount_lazily, "unmount"}});
}

TEST_CASE("lock-pins: a pinned file and its file system cannot be removed, and others can") {
  const directories both;
  const bound_group bound("lock-pins");
  check_in_namespaces(bound, "bpf",
                      {{"unlink a pin", unlink_pin, "pin-removed"},
                       {"rename a directory", rename_pin, "pin-renamed"},
                       {"remove a directory", remove_directory, "pin-removed"},
                       {"unmount", unmount, "unmount"},
                       {"unmount lazily", unmount_lazily, "unmount"},
                       {"mount over it", mount_over, "mount-over"},
                       {"move it away", move_by_new_call, "mount-moved"}});
  check_in_namespaces(bound, "tmpfs",
                      {{"unlink a file", unlink_file, nullptr},
                       {"unmount", unmount, nullptr},
                       {"unmount lazily what may hold a bpffs", unmount_lazily, "unmount"},
                       {"mount over it", mount_over, nullptr},
                       {"move it away", move_by_new_call, nullptr}});
}

TEST_SUITE_END();
