// Threat: a file that controls access (shadow, authorized_keys, a service's socket, a configuration) is changed, replaced or
// read by a process that is root for another purpose.
// Hooks: file_open; inode_unlink, inode_rmdir, inode_rename, inode_link, inode_create, inode_mkdir, inode_mknod,
//   inode_symlink; inode_setattr (chmod, chown, truncate), inode_setxattr, inode_removexattr, and inode_set_acl and
//   inode_remove_acl if the kernel has these hooks; from Linux 5.7.
//   Files are identified by inode and device, so the policy also covers a file's other names (hard link, bind mount, a path of
//   any length). Renaming over a protected file is denied too. A directory is protected with the files directly in it.
// Not stopped: changes in its subdirectories (name them too); descriptors and mappings that are open already; writing to the
//   block device below; mounting a file system over it (guard-mounts); renaming a directory above it, which moves the
//   protected one. On an overlay, a file that is copied up gets another inode.
// Not taken back: what was read.
#include <cerrno>

#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::string_view protected_map = "protected";
constexpr std::uint32_t most_files = 4096;
constexpr std::uint32_t FMODE_WRITE = 2;  // include/linux/fs.h

constexpr option_description own_options[] = {
    {"path", "LIST", "files and directories, separated by commas", option_kind::paths, option_need::required},
    {"reading", "", "also deny reading them"},
};

/// One program: tests whether an inode is protected, and denies.
struct guard {
  dsl::hook& h;
  const denier& deny;
  dsl::map_of<file_identity, std::uint64_t> known;

  guard(dsl::hook& hook, const denier& how)
      : h(hook), deny(how), known(hook.hash<file_identity, std::uint64_t>(protected_map, most_files)) {}

  dsl::condition protects(const dsl::value& inode) const {
    return known.find(dsl::record<file_identity>(inode["i_ino"], inode["i_sb"]["s_dev"], 0)).is_there();
  }
  void refuse_if(const dsl::condition& so, std::string_view reason, const dsl::value& dentry) const {
    h.when(so, [&] {
      deny(EPERM, reason,
           {{"inode", dentry["d_inode"]["i_ino"], value_form::natural}, {"device", dentry["d_sb"]["s_dev"], value_form::device}},
           "file", dentry["d_name.name"].text(32));
    });
  }
};

void keep_content(policy& to, bool from_reading) {
  to.on("file_open", "opening files", [&](dsl::hook& h, const denier& deny) {
    const auto file = h.arg("file"), dentry = file["f_path.dentry"];
    const auto judge = [&] {
      const guard own(h, deny);
      const auto is_protected = own.protects(file["f_inode"]) || own.protects(dentry["d_parent"]["d_inode"]);
      own.refuse_if(is_protected, from_reading ? "opened" : "opened-to-write", dentry);
    };
    if (from_reading) judge();
    else h.when(file["f_mode"] & FMODE_WRITE, judge);
  });
}

void keep_names(policy& to) {
  struct change {
    std::string_view hook, reason;
  };
  for (const change one : {change{"inode_unlink", "removed"}, {"inode_rmdir", "removed"}})
    to.on(one.hook, "removing files", [&](dsl::hook& h, const denier& deny) {
      const guard own(h, deny);
      const auto dentry = h.arg("dentry");
      own.refuse_if(own.protects(h.arg("dir")) || own.protects(dentry["d_inode"]), one.reason, dentry);
    });
  for (const std::string_view hook : {"inode_create", "inode_mkdir", "inode_mknod", "inode_symlink"})
    to.on(hook, "creating files in directories", [](dsl::hook& h, const denier& deny) {
      const guard own(h, deny);
      own.refuse_if(own.protects(h.arg("dir")), "created", h.arg("dentry"));
    });
  to.on("inode_link", "linking files", [](dsl::hook& h, const denier& deny) {
    const guard own(h, deny);
    const auto dentry = h.arg("old_dentry");
    own.refuse_if(own.protects(h.arg("dir")) || own.protects(dentry["d_inode"]), "linked", dentry);
  });
  to.on("inode_rename", "renaming and replacing files", [](dsl::hook& h, const denier& deny) {
    const guard own(h, deny);
    const auto from = h.arg("old_dentry"), onto = h.arg("new_dentry");
    own.refuse_if(own.protects(h.arg("old_dir")) || own.protects(from["d_inode"]), "renamed", from);
    own.refuse_if(own.protects(h.arg("new_dir")) || own.protects(onto["d_inode"]), "replaced", onto);
  });
}

void keep_attributes(policy& to) {
  const rule_function rule = [](dsl::hook& h, const denier& deny) {
    const guard own(h, deny);
    const auto dentry = h.arg("dentry");
    own.refuse_if(own.protects(dentry["d_inode"]), "attributes", dentry);
  };
  for (const std::string_view hook : {"inode_setattr", "inode_setxattr", "inode_removexattr"})
    to.on(hook, "changes of attributes", rule);
  for (const std::string_view hook : {"inode_set_acl", "inode_remove_acl"}) to.on_if_present(hook, rule);
}

void write(policy& to, const option_values& values) {
  std::vector<file_identity> files;
  const given_value list = value_of(values, "path");
  for (const std::string& path : split_at_commas(list.text)) {
    if (const auto file = identify_file(path)) files.push_back(*file);
    else to.add_fault(file.error(), list.where);
  }
  if (files.size() > most_files) {
    const std::string many = std::to_string(files.size()) + " files";
    return to.add_fault({.why = cause::value_invalid, .name = many, .of = "--path: it takes at most 4096"}, list.where);
  }
  to.fill({std::string(protected_map), bytes_of_all(files), std::vector<std::byte>(8 * files.size())});
  keep_content(to, is_given(values, "reading"));
  keep_names(to);
  keep_attributes(to);
}

}  // namespace

constinit const ready_made protect_files = {
    .name = "protect-files",
    .summary = "deny changing, replacing and, with --reading, also reading certain files and directories",
    .example = "lsmith run protect-files --path /etc/shadow,/root/.ssh --reading --cgroup /sys/fs/cgroup/web",
    .hooks =
        "file_open inode_unlink inode_rmdir inode_create inode_mkdir inode_mknod inode_symlink inode_link inode_rename "
        "inode_setattr inode_setxattr inode_removexattr inode_set_acl inode_remove_acl",
    .lowest = "5.7",
    .not_undone = "what was read or changed before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
