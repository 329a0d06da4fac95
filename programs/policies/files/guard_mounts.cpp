// Threat: a process that may mount hides files under its own, makes read-only file systems writable, and removes protections
// that depend on a mount. This is a common step of container escapes.
// Hooks: sb_mount (mount(2) in all its forms), move_mount (also the second step after fsmount(2) and open_tree(2)),
//   sb_kern_mount (a file system created by fsconfig(2)), sb_remount, sb_umount, sb_pivotroot, from Linux 5.7. sb_mount alone
//   would miss all of the newer system calls.
// Not stopped: mount_setattr(2) (5.12+), for which the kernel calls no hook, so it can change the flags of a mount; a detached
//   copy made by open_tree(2), whose files can be read but which cannot be attached anywhere; entering another mount namespace.
// Not taken back: what is mounted already.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {{"unmounting", "", "also deny unmounting"}};

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
    .hooks = "sb_mount move_mount sb_kern_mount sb_remount sb_pivotroot sb_umount",
    .lowest = "5.7",
    .not_undone = "what is mounted already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
