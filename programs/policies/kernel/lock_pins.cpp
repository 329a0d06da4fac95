// Threat: a pinned policy is a file in a bpffs. Whoever is root ends it by unlinking that file, or by unmounting the bpffs
// with all that lies in it.
// Hooks: inode_unlink, inode_rmdir and inode_rename on a bpffs; sb_umount of one, and every lazy unmount (umount -l takes
//   along what is mounted below); sb_mount and move_mount onto one or away from it; from Linux 5.7. So this policy keeps
//   itself, and every other pinned one, until the machine restarts.
// Not stopped: a restart, and a kernel that boots without BPF LSM; a process in another mount namespace that is the last
//   to hold a bpffs of its own; root who may load another kernel or module (lock-kernel-code) or write to /dev/mem.
//   New bpffs instances can be mounted elsewhere; they hold none of the old pins.
// Not taken back: pins that are gone already.
// The way back: an exempted executable or cgroup, or a restart. Without one there is none: try it with --confirm-within,
//   or --disarmed.
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
    to.on(hook, "pins from being removed", [](dsl::hook& h, const denier& deny) {
      const auto dentry = h.arg("dentry");
      h.when(on_bpffs(dentry), [&] { refuse_file(deny, "pin-removed", dentry); });
    });
  to.on("inode_rename", "pins from being renamed", [](dsl::hook& h, const denier& deny) {
    const auto dentry = h.arg("old_dentry");
    h.when(on_bpffs(dentry), [&] { refuse_file(deny, "pin-renamed", dentry); });
  });
}

void keep_mounts(policy& to) {
  to.on("sb_umount", "the bpffs from being unmounted", [](dsl::hook& h, const denier& deny) {
    const auto magic = h.arg("mnt")["mnt_sb"]["s_magic"];
    const auto flags = h.arg("flags");
    h.when(magic == BPF_FS_MAGIC || (flags & MNT_DETACH), [&] {
      deny(EPERM, "unmount", {{"magic", magic, value_form::hex}, {"flags", flags, value_form::hex}});
    });
  });
  to.on("sb_mount", "the bpffs from being mounted over", [](dsl::hook& h, const denier& deny) {
    const auto dentry = h.arg("path")["dentry"];
    h.when(on_bpffs(dentry), [&] { refuse_file(deny, "mount-over", dentry); });
  });
  to.on("move_mount", "the bpffs from being moved", [](dsl::hook& h, const denier& deny) {
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
    .summary = "keep pinned policies, this one too, from being taken away until the machine restarts",
    .example = "lsmith run lock-pins --system --pin lock --confirm-within 60s",
    .hooks = "inode_unlink inode_rmdir inode_rename sb_umount sb_mount move_mount",
    .lowest = "5.7",
    .not_taken_back = "pins that are gone already",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
