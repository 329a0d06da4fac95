// Threat: a pinned policy is a file in a bpffs. Root removes the policy by unlinking that file, or by unmounting the bpffs.
// Hooks: inode_unlink, inode_rmdir, inode_rename and inode_setattr on a bpffs; sb_umount of a bpffs, and every lazy unmount
//   (umount -l also unmounts what is mounted below); sb_mount and move_mount onto a bpffs, move_mount of one, and every
//   mount(2) with MS_MOVE; file_open of ftrace_enabled, which detaches programs while they stay pinned; from Linux 5.7. So
//   this policy, and every other pinned one, stays until the machine restarts.
// Not stopped: a restart, and a kernel that boots without BPF LSM; the end of the last process in another mount namespace that
//   has its own bpffs; root that loads another kernel or module (lock-kernel-code) or writes to /dev/mem; bpf(2), which can
//   end a policy whose deadline is not confirmed and change the rules of one that is made to be reloaded (guard-bpf). A mount over
//   a directory further up, or a chroot, hides the pins, and ends no policy (guard-mounts). New pins can be made, and new bpffs
//   instances mounted elsewhere, which do not contain the old pins.
// Not taken back: pins that are gone already.
// Only a process that the policy exempts, or a restart, can remove this policy. So try it first with --confirm-within or
// --disarmed.
#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::uint32_t BPF_FS_MAGIC = 0xcafe4a11, PROC_SUPER_MAGIC = 0x9fa0;  // include/uapi/linux/magic.h
constexpr std::uint32_t MNT_DETACH = 2, FMODE_WRITE = 2;  // include/linux/fs.h
constexpr std::uint32_t MS_MOVE = 8192;  // include/uapi/linux/mount.h

dsl::condition on_bpffs(const dsl::value& dentry) { return dentry["d_sb"]["s_magic"] == BPF_FS_MAGIC; }

void refuse_file(const denier& deny, std::string_view reason, const dsl::value& dentry) {
  deny(EPERM, reason, {{"inode", dentry["d_inode"]["i_ino"], value_form::natural}}, "file", dentry["d_name.name"].text(32));
}

void keep_files(policy& to) {
  for (const std::string_view hook : {"inode_unlink", "inode_rmdir"})
    to.on(hook, "removing pins", [](dsl::hook& h, const denier& deny) {
      const auto dentry = h.arg("dentry");
      h.when(on_bpffs(dentry), [&] { refuse_file(deny, "pin-removed", dentry); });
    });
  to.on("inode_rename", "renaming pins", [](dsl::hook& h, const denier& deny) {
    const auto dentry = h.arg("old_dentry");
    h.when(on_bpffs(dentry), [&] { refuse_file(deny, "pin-renamed", dentry); });
  });
  // lsmith does not use a directory that others may write to.
  to.on("inode_setattr", "changing the owner and mode of pins", [](dsl::hook& h, const denier& deny) {
    const auto dentry = h.arg("dentry");
    h.when(on_bpffs(dentry), [&] { refuse_file(deny, "pin-changed", dentry); });
  });
}

/// kernel.ftrace_enabled=0 detaches all programs from their hooks.
void keep_ftrace(policy& to) {
  to.on("file_open", "switching ftrace off", [](dsl::hook& h, const denier& deny) {
    const auto file = h.arg("file"), dentry = file["f_path.dentry"];
    h.when((file["f_mode"] & FMODE_WRITE) && dentry["d_sb"]["s_magic"] == PROC_SUPER_MAGIC &&
               dentry["d_name.name"].text(16) == "ftrace_enabled",
           [&] { refuse_file(deny, "ftrace-switched", dentry); });
  });
}

void keep_mounts(policy& to) {
  to.on("sb_umount", "unmounting the bpffs", [](dsl::hook& h, const denier& deny) {
    const auto magic = h.arg("mnt")["mnt_sb"]["s_magic"];
    const auto flags = h.arg("flags");
    h.when(magic == BPF_FS_MAGIC || (flags & MNT_DETACH),
           [&] { deny(EPERM, "unmount", {{"magic", magic, value_form::hex}, {"flags", flags, value_form::hex}}); });
  });
  to.on("sb_mount", "mounting over the bpffs", [](dsl::hook& h, const denier& deny) {
    const auto dentry = h.arg("path")["dentry"];
    h.when(on_bpffs(dentry), [&] { refuse_file(deny, "mount-over", dentry); });
    h.when(h.arg("flags") & MS_MOVE, [&] { refuse_file(deny, "mount-moved", dentry); });  // the hook has no path of what is moved
  });
  to.on("move_mount", "moving mounts onto the bpffs, or the bpffs itself", [](dsl::hook& h, const denier& deny) {
    const auto from = h.arg("from_path")["dentry"], onto = h.arg("to_path")["dentry"];
    h.when(on_bpffs(onto), [&] { refuse_file(deny, "mount-over", onto); });
    h.when(on_bpffs(from), [&] { refuse_file(deny, "mount-moved", from); });
  });
}

void write(policy& to, const option_values&) {
  keep_files(to);
  keep_mounts(to);
  keep_ftrace(to);
}

}  // namespace

constinit const ready_made lock_pins = {
    .name = "lock-pins",
    .summary = "deny removing pinned policies, this one included, until the machine restarts",
    .example = "lsmith run lock-pins --system --pin lock --confirm-within 60s",
    .hooks = "inode_unlink inode_rmdir inode_rename inode_setattr sb_umount sb_mount move_mount file_open",
    .lowest = "5.7",
    .not_undone = "pins that are gone already",
    .options = {},
    .write = write,
    .restricts_pinning = true,
};

}  // namespace lsmith::programs
