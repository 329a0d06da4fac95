// Threat: a container runs from an image that was tested. An attacker adds a program, or changes one, and runs it.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.10. On an overlay, code must come from a lower layer: a
//   file that was made or changed since the overlay was mounted is in its upper layer. A changed owner, mode, link or name
//   counts as a change, because the kernel copies the file up. Every user may mount an overlay in a user namespace, whose lower
//   layer is what this user wrote, so all code from such an overlay is denied, unless --user-overlays is given.
//   With --overlay-only also code from every other file system, such as a volume or /dev/shm.
// Not stopped: what is written to a lower layer by its own path, by handle, or by root to its block device; without
//   --overlay-only, code from file systems that are no overlay (deny-exec-from, deny-fileless-exec); an overlay that root of the
//   initial user namespace mounts over the first one (guard-mounts); scripts that an interpreter reads as data; code without a
//   file (deny-writable-code).
// Not taken back: programs that run already.
// An overlay keeps the upper layer's file in struct ovl_inode, directly behind the inode. The type is a module's, so the kernel's
// own BTF does not have it; in every Linux since 4.8 the pointer is there. A test compares it with the module's BTF.
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"overlay-only", "", "also deny code from every file system that is no overlay"},
    {"user-overlays", "", "also allow overlays that were mounted in a user namespace, as those of rootless containers"},
};

// include/linux/fs.h: FMODE_BACKING is bit 25 from Linux 6.5 and bit 24 from 6.14. The other bit says something else, so what is then
// found behind the file is used only if it is a file of an overlay.
constexpr std::uint32_t maybe_backing = 1u << 24 | 1u << 25;

/// The pointer that is stored at this address.
dsl::value pointer_at(const dsl::value& address) { return address.as("hlist_head")["first"]; }

/// The file in the upper layer, of an inode of an overlay; null if it has none.
dsl::value upper(dsl::hook& h, const dsl::value& inode) { return pointer_at(inode.advanced_by(h.size_of("inode"))); }

struct judge {
  bool overlay_only, user_overlays;
  bool has_user_path;  ///< whether a mapping's file is the one below, and the overlay's file is kept apart (struct backing_file)

  void operator()(dsl::hook& h, const denier& deny, const dsl::value& file) const {
    if (has_user_path)
      h.when(file["f_mode"] & maybe_backing, [&] {
        const auto inode = file.as("backing_file")["user_path.dentry"]["d_inode"];
        h.when(inode["i_sb"]["s_magic"] == OVERLAYFS_SUPER_MAGIC, [&] {
          deny_drift_of(h, deny, file, inode);
          h.allow();
        });
      });
    const auto inode = file["f_path.dentry"]["d_inode"], super = inode["i_sb"];
    h.when(super["s_magic"] == OVERLAYFS_SUPER_MAGIC, [&] { deny_drift_of(h, deny, file, inode); });
    if (overlay_only) h.when(super["s_magic"] != OVERLAYFS_SUPER_MAGIC, [&] { deny_code(deny, "no-overlay", file, inode); });
  }

 private:
  void deny_drift_of(dsl::hook& h, const denier& deny, const dsl::value& file, const dsl::value& inode) const {
    if (!user_overlays)
      h.when(inode["i_sb"]["s_user_ns"]["level"] != 0, [&] { deny_code(deny, "mounted-by-user", file, inode); });
    h.when(upper(h, inode) != 0, [&] { deny_code(deny, "drift", file, inode); });
  }
};

void write(policy& to, const option_values& values) {
  judge_code(
      to, judge{is_given(values, "overlay-only"), is_given(values, "user-overlays"), to.has_member("backing_file", "user_path")});
}

}  // namespace

constinit const ready_made deny_drift = {
    .name = "deny-drift",
    .summary = "deny code that was added to an overlay, such as a container's image, or changed on it",
    .example = "lsmith run deny-drift --cgroup /sys/fs/cgroup/web",
    .hooks = "bprm_check_security mmap_file file_mprotect",
    .lowest = "5.10",
    .not_undone = "programs that run already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
