// Threat: who may mount covers files with his own, makes read-only file systems writable, and takes protections away that
// hang on a mount; it is a usual step out of a container.
// Hooks: sb_mount (mount(2) in all its forms), move_mount (also the second half of fsmount(2) and open_tree(2)),
//   sb_kern_mount (a file system made by fsconfig(2)), sb_remount, sb_umount, sb_pivotroot, from Linux 5.7. sb_mount alone
//   misses the whole newer interface.
// Not stopped: mount_setattr(2), which kernels ask no LSM about, so flags of a mount can be changed by it (5.12+); a
//   detached copy made by open_tree(2), which can be looked into but not be put anywhere; entering another mount
//   namespace.
// Not taken back: what is mounted already.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {{"unmounting", "", "also refuse to unmount"}};

void write(policy& to, const option_values& values) {
  to.on("sb_mount", "mount(2)", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "mount", {{"flags", h.arg("flags"), value_form::hex}}, "onto", h.arg("path")["dentry"]["d_name.name"].text(32));
  });
  to.on("move_mount", "mounts made by fsmount(2) and open_tree(2), and moved ones", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "move-mount", {{"magic", h.arg("from_path")["dentry"]["d_sb"]["s_magic"], value_form::hex}}, "onto",
           h.arg("to_path")["dentry"]["d_name.name"].text(32));
  });
  to.on("sb_kern_mount", "file systems made by fsconfig(2)", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "new-file-system", {{"magic", h.arg("sb")["s_magic"], value_form::hex}});
  });
  to.on("sb_remount", "changed options of a file system", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "remount", {{"magic", h.arg("sb")["s_magic"], value_form::hex}});
  });
  to.on("sb_pivotroot", "another root", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "pivot-root", {}, "root", h.arg("new_path")["dentry"]["d_name.name"].text(32));
  });
  if (!is_given(values, "unmounting")) return;
  to.on("sb_umount", "unmounting", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "unmount", {{"magic", h.arg("mnt")["mnt_sb"]["s_magic"], value_form::hex},
                              {"flags", h.arg("flags"), value_form::hex}});
  });
}

}  // namespace

constinit const ready_made guard_mounts = {
    .name = "guard-mounts",
    .summary = "refuse to mount, move, remount and change the root, by the old and the new system calls",
    .example = "lsmith run guard-mounts --cgroup /sys/fs/cgroup/web",
    .hooks = "sb_mount move_mount sb_kern_mount sb_remount sb_pivotroot sb_umount",
    .lowest = "5.7",
    .not_taken_back = "what is mounted already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
