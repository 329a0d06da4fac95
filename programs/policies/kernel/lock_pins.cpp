// Threat: a pinned policy is a file in a bpffs. Root removes the policy by unlinking that file, or by unmounting the bpffs.
// Hooks: inode_unlink, inode_rmdir and inode_rename on a bpffs; sb_umount of a bpffs, and every lazy unmount (umount -l also
//   unmounts what is mounted below); sb_mount and move_mount onto a bpffs, and move_mount of one; from Linux 5.7. So this
//   policy, and every other pinned one, stays until the machine restarts.
// Not stopped: a restart, and a kernel that boots without BPF LSM; the end of the last process in another mount namespace that
//   has its own bpffs; root that loads another kernel or module (lock-kernel-code) or writes to /dev/mem. New bpffs instances
//   can be mounted elsewhere; they do not contain the old pins.
// Not taken back: pins that are gone already.
// Only an exempt executable or cgroup, or a restart, can remove this policy. So try it first with --confirm-within or
// --disarmed.
#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::uint32_t BPF_FS_MAGIC = 0xcafe4a11;  // include/uapi/linux/magic.h
constexpr std::uint32_t MNT_DETACH = 2;

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
}

}  // namespace

constinit const ready_made lock_pins = {
    .name = "lock-pins",
    .summary = "deny removing pinned policies, this one included, until the machine restarts",
    .example = "lsmith run lock-pins --system --pin lock --confirm-within 60s",
    .hooks = "inode_unlink inode_rmdir inode_rename sb_umount sb_mount move_mount",
    .lowest = "5.7",
    .not_undone = "pins that are gone already",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
