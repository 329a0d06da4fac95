// Ways to change what a process finds at a path. Each runs in a mount namespace of its own.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <string>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/attacks/overlays.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const std::string root = "/tmp/lsmith-attack", here = root + "/here", there = root + "/there";
constexpr unsigned open_tree_clone = 1, open_tree_namespace = 2, move_empty_path = 4;
constexpr long call_mount_setattr = 442;

struct mount_attributes {  // struct mount_attr of include/uapi/linux/mount.h
  std::uint64_t set = 0, clear = 0, propagation = 0, user_namespace = 0;
};

/// An attack on the mounts that exist: those of the process's own namespace, which it leaves.
bypass with_mounts(const char* what, const char* rule, const std::function<int()>& body, const char* denied_by = "") {
  const auto attack = [body] { return unshare(CLONE_NEWNS) == 0 ? body() : not_possible; };
  return rule != nullptr ? denied(what, rule, attack) : open_to(what, denied_by, attack);
}

int if_supported(int result) { return result == ENOSYS || result == EINVAL ? not_possible : result; }

int set_attributes(std::uint64_t set) {
  const mount_attributes change = {.set = set};
  return if_supported(outcome_of(syscall(call_mount_setattr, AT_FDCWD, here.c_str(), 0, &change, sizeof change)));
}

int copy_tree(unsigned flags) {
  const fd tree(static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, here.c_str(), flags)));
  return tree ? 0 : if_supported(errno);
}

int copy_and_move() {
  const fd tree(static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, here.c_str(), open_tree_clone)));
  if (!tree) return errno;
  return outcome_of(syscall(SYS_move_mount, tree.get(), "", AT_FDCWD, there.c_str(), move_empty_path));
}

int enter_other_namespace() {
  const fd other(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
  return unshare(CLONE_NEWNS) != 0 ? errno : outcome_of(setns(other.get(), CLONE_NEWNS));
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on guard-mounts") {
  const attack_directory directory(root);
  for (const std::string& one : {here, there}) {
    mkdir(one.c_str(), 0777);
    chmod(one.c_str(), 0777);
  }
  REQUIRE(mount("tmpfs", here.c_str(), "tmpfs", 0, "") == 0);
  const bool sees_calls = kernel_types().find("bpf_task_pt_regs", btf::kind::func).has_value();
  const auto by_call = [&](const char* what, const char* rule, const char* before, const std::function<int()>& body) {
    return with_mounts(what, sees_calls ? rule : before, body);
  };
  const std::uint64_t read_only = 1, no_exec = 8;
  attack({.words = {"guard-mounts"},
          .bypasses = {
              with_mounts("mount(2)", "mount", [] { return outcome_of(mount("tmpfs", there.c_str(), "tmpfs", 0, "")); }),
              with_mounts("bind mount", "mount",
                          [] { return outcome_of(mount(here.c_str(), there.c_str(), nullptr, MS_BIND, nullptr)); }),
              with_mounts("MS_MOVE", "mount",
                          [] { return outcome_of(mount(here.c_str(), there.c_str(), nullptr, MS_MOVE, nullptr)); }),
              with_mounts("MS_REMOUNT", "mount",
                          [] { return outcome_of(mount(nullptr, here.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, "")); }),
              with_mounts("MS_REMOUNT of a bind mount", "mount",
                          [] { return outcome_of(mount(nullptr, here.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_NOEXEC, "")); }),
              with_mounts("change of propagation", "mount",
                          [] { return outcome_of(mount(nullptr, here.c_str(), nullptr, MS_SHARED, nullptr)); }),
              with_mounts("fsconfig(2)", "new-file-system", [] { return detached_mount("tmpfs") < 0 ? errno : 0; }),
              with_mounts("move_mount(2)", "move-mount",
                          [] { return outcome_of(syscall(SYS_move_mount, AT_FDCWD, here.c_str(), AT_FDCWD, there.c_str(), 0)); }),
              by_call("open_tree(2) and move_mount(2)", "copied-tree", "move-mount", copy_and_move),
              by_call("open_tree(2), OPEN_TREE_CLONE", "copied-tree", nullptr, [] { return copy_tree(open_tree_clone); }),
              by_call("open_tree(2), OPEN_TREE_NAMESPACE", "copied-tree", nullptr, [] { return copy_tree(open_tree_namespace); }),
              by_call("mount_setattr(2), read-only", "mount-attributes", nullptr, [=] { return set_attributes(read_only); }),
              by_call("mount_setattr(2), noexec", "mount-attributes", nullptr, [=] { return set_attributes(no_exec); }),
              denied("mount by a user", "mount",
                     [] {
                       if (!become_user_with_namespaces()) return not_possible;
                       return outcome_of(mount("tmpfs", there.c_str(), "tmpfs", 0, ""));
                     }),
              denied("chroot(2)", "chroot", [] { return outcome_of(chroot(here.c_str())); }),
              denied("chroot(2) by a user", "chroot",
                     [] { return become_user_with_namespaces() ? outcome_of(chroot(here.c_str())) : not_possible; }),
              with_mounts(
                  "umount(2), without --unmounting", nullptr, [] { return outcome_of(umount(here.c_str())); },
                  "guard-mounts --unmounting"),
              with_mounts("setns(2) into another mount namespace", nullptr, enter_other_namespace),
              open_to("unshare(2)", "", [] { return outcome_of(unshare(CLONE_NEWNS)); }),
          }});
  attack({.words = {"guard-mounts", "--unmounting"},
          .bypasses = {
              with_mounts("umount(2)", "unmount", [] { return outcome_of(umount(here.c_str())); }),
              with_mounts("umount2(2), MNT_DETACH", "unmount", [] { return outcome_of(umount2(here.c_str(), MNT_DETACH)); }),
          }});
  umount(here.c_str());
}

TEST_SUITE_END();
