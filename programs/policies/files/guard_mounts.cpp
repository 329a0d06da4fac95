// Threat: a process that may mount hides files under its own, makes read-only file systems writable, and removes protections
// that depend on a mount. This is a common step of container escapes.
// Hooks: sb_mount (mount(2) in all its forms), move_mount (also the second step after fsmount(2) and open_tree(2)),
//   sb_kern_mount (a file system created by fsconfig(2)), sb_remount, sb_umount, sb_pivotroot, path_chroot, from Linux 5.7.
//   sb_mount alone would miss all of the newer system calls. mount_setattr(2), which changes the flags of a mount, and
//   open_tree(2), which copies mounts into a detached tree or into a new mount namespace, have no hook of their own. The kernel
//   asks for CAP_SYS_ADMIN in them, so they are denied in the hook capable, by the number of the system call (5.15+).
// Not stopped: mount_setattr(2) on Linux 5.12 to 5.14, and open_tree(2) before 5.15, whose copy can be read but cannot be
//   attached anywhere; entering another mount namespace; a new mount namespace by unshare(2), which has the same mounts.
// Not taken back: what is mounted already.
#include <sys/syscall.h>

#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {{"unmounting", "", "also deny unmounting"}};

constexpr std::int64_t CAP_SYS_ADMIN_number = 21;  // include/uapi/linux/capability.h

#if defined(__aarch64__)
constexpr std::string_view call_number = "syscallno";
#else
constexpr std::string_view call_number = "orig_ax";
#endif

/// Denies a system call where it asks for CAP_SYS_ADMIN. Both have the same number in 32-bit programs.
void judge_by_capability(policy& to) {
  if (!to.has_enumerator("bpf_func_id", "BPF_FUNC_task_pt_regs")) return;
  to.on("capable", "mount_setattr(2) and open_tree(2)", [](dsl::hook& h, const denier& deny) {
    h.when(h.arg("cap") == CAP_SYS_ADMIN_number, [&] {
      const auto call = h.call("task_pt_regs", {h.current()})[call_number];
      h.when(call == SYS_mount_setattr, [&] { deny(EPERM, "mount-attributes", {{"call", call, value_form::natural}}); });
      h.when(call == SYS_open_tree, [&] { deny(EPERM, "copied-tree", {{"call", call, value_form::natural}}); });
    });
  });
}

void write(policy& to, const option_values& values) {
  to.on("sb_mount", "mount(2)", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "mount", {{"flags", h.arg("flags"), value_form::hex}}, "onto", h.arg("path")["dentry"]["d_name.name"].text(32));
  });
  to.on("move_mount", "mounts by fsmount(2) and open_tree(2), and moved mounts", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "move-mount", {{"magic", h.arg("from_path")["dentry"]["d_sb"]["s_magic"], value_form::hex}}, "onto",
         h.arg("to_path")["dentry"]["d_name.name"].text(32));
  });
  to.on("sb_kern_mount", "file systems created by fsconfig(2)", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "new-file-system", {{"magic", h.arg("sb")["s_magic"], value_form::hex}});
  });
  to.on("sb_remount", "changed options of a file system",
        [](dsl::hook& h, const denier& deny) { deny(EPERM, "remount", {{"magic", h.arg("sb")["s_magic"], value_form::hex}}); });
  to.on("sb_pivotroot", "changes of the root", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "pivot-root", {}, "root", h.arg("new_path")["dentry"]["d_name.name"].text(32));
  });
  to.on("path_chroot", "changes of a process's root", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "chroot", {}, "root", h.arg("path")["dentry"]["d_name.name"].text(32));
  });
  judge_by_capability(to);
  if (!is_given(values, "unmounting")) return;
  to.on("sb_umount", "unmounting", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "unmount",
         {{"magic", h.arg("mnt")["mnt_sb"]["s_magic"], value_form::hex}, {"flags", h.arg("flags"), value_form::hex}});
  });
}

}  // namespace

constinit const ready_made guard_mounts = {
    .name = "guard-mounts",
    .summary = "deny mounting, moving and remounting file systems and changing the root, by old and new system calls",
    .example = "lsmith run guard-mounts --cgroup /sys/fs/cgroup/web",
    .hooks = "sb_mount move_mount sb_kern_mount sb_remount sb_pivotroot path_chroot capable sb_umount",
    .lowest = "5.7",
    .not_undone = "what is mounted already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
