// Threat: a file that controls access (shadow, authorized_keys, a service's socket, a configuration) is changed, replaced or
// read by a process that is root for another purpose.
// Hooks: file_open; inode_unlink, inode_rmdir, inode_rename, inode_link, inode_create, inode_mkdir, inode_mknod,
//   inode_symlink; inode_setattr (chmod, chown, truncate), inode_setxattr, inode_removexattr; file_ioctl for attributes that are
//   set through a descriptor opened for reading (chattr); unix_stream_connect and unix_may_send for sockets; and, if the kernel
//   has them, inode_set_acl, inode_remove_acl, inode_file_setattr, file_ioctl_compat; from Linux 5.7.
//   --path: a file is identified by inode and device, so the policy also covers its other names (hard link, bind mount, a path
//   of any length), and by its directory and name, so the name is protected before the file exists and after it was replaced.
//   A directory is protected with the files directly in it, --below with everything below it.
//   A file that is opened by handle may have no known place (its dentry is its own parent). On a device with a protected
//   directory it is denied. So is a file deeper than 64 directories on a device with a tree (sockets before Linux 5.16: 12).
// Not stopped: files below a directory in --path that are not directly in it (--below); a name that a file in a protected
//   directory has elsewhere since before (name the file); descriptors and mappings that are open already; writing to the block
//   device below; mounting a file system over it, and files of another file system that is mounted below it (guard-mounts);
//   before Linux 6.8, an overlay whose upper or lower directory is a protected one (guard-mounts). On an overlay, a file that
//   is copied up gets another inode. A name of more than 62 characters is not protected, only its file; nor is another spelling
//   of a name that does not exist, on a file system that ignores case.
// Not taken back: what was read.
#include <array>
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/files/protected_files.hpp>

namespace lsmith::programs {
namespace {

constexpr std::string_view protected_map = "protected", names_map = "names", trees_map = "trees";
constexpr std::size_t most_paths = 4096;
constexpr std::uint32_t deepest = 64;  // directories between a file and the root of its file system
constexpr std::uint32_t deepest_copied = 12;  // likewise where each step is copied memory, which takes many instructions
constexpr std::uint32_t FMODE_WRITE = 2;  // include/linux/fs.h

// Commands that change attributes through a descriptor that is open for reading: FS_IOC_SETFLAGS, FS_IOC_SETVERSION (both
// also for 32-bit programs), FS_IOC_FSSETXATTR, FS_IOC_SET_ENCRYPTION_POLICY, FS_IOC_ENABLE_VERITY (include/uapi/linux/fs.h,
// fscrypt.h, fsverity.h), FAT_IOCTL_SET_ATTRIBUTES
constexpr std::array<std::int64_t, 8> attribute_commands = {0x40086602, 0x40046602, 0x40087602, 0x40047602,
                                                            0x401c5820, 0x800c6613, 0x40806685, 0x40047211};

constexpr option_description own_options[] = {
    {"path", "LIST", "files, directories with the files directly in them, and names that do not exist yet, separated by commas",
     option_kind::paths},
    {"below", "LIST", "directories with everything below them, separated by commas", option_kind::paths},
    {"reading", "", "also deny reading them"},
};

dsl::record_value identity(const dsl::value& inode) {
  return dsl::record<file_identity>(inode["i_ino"], inode["i_sb"]["s_dev"], 0);
}

/// One program: tests whether the file at a dentry is protected, and denies.
struct guard {
  dsl::hook& h;
  const denier& deny;
  const protected_files& all;
  std::uint32_t levels;
  dsl::map_of<file_identity, std::uint64_t> known;

  guard(dsl::hook& hook, const denier& how, const protected_files& files, std::uint32_t most_levels = deepest)
      : h(hook),
        deny(how),
        all(files),
        levels(most_levels),
        known(hook.hash<file_identity, std::uint64_t>(protected_map, static_cast<std::uint32_t>(files.size()))) {}

  void refuse(std::string_view reason, const dsl::value& dentry) const {
    deny(EPERM, reason,
         {{"inode", dentry["d_inode"]["i_ino"], value_form::natural}, {"device", dentry["d_sb"]["s_dev"], value_form::device}},
         "file", dentry["d_name.name"].text(32));
  }

  /// Denies if the file is protected. `at` reads the dentry from the hook's arguments; it is called once in a function of the
  /// program, which is named `function` and ends at the first reason, and once outside of it.
  template <class At> void refuse_if_protected(std::string_view function, std::string_view reason, const At& at) const {
    const auto is_protected = h.function<bool()>(function, [&] {
      give_if_known(at());
      give_if_lost(at());
      give_if_in_tree(at());
      h.give(0);
    });
    h.when(is_protected(), [&] { refuse(reason, at()); });
  }

  /// Denies moving a directory that a protected file is below.
  void refuse_if_above(std::string_view reason, const dsl::value& dentry) const {
    known.find(identity(dentry["d_inode"])).found([&](auto found) {
      h.when(found.number().get() & known_as::above, [&] { refuse(reason, dentry); });
    });
  }

 private:
  /// The file itself, its directory, or its name in the directory.
  void give_if_known(const dsl::value& dentry) const {
    const auto directory = dentry["d_parent"]["d_inode"];
    known.find(identity(dentry["d_inode"])).found([&](auto found) { give_if(found.number().get() & known_as::itself); });
    known.find(identity(directory)).found([&](auto found) {
      const auto why = found.number().get();
      give_if(why & known_as::its_files);
      if (all.name_count() != 0) h.when(why & known_as::its_names, [&] { give_if_named(directory, dentry["d_name.name"]); });
    });
  }
  void give_if_named(const dsl::value& directory, const dsl::value& name) const {
    const auto names = h.hash<protected_name, std::uint64_t>(names_map, static_cast<std::uint32_t>(all.name_count()));
    const auto key = dsl::record<protected_name>(directory["i_ino"], directory["i_sb"]["s_dev"], 0, name.text(64));
    give_if(names.find(key).is_there());
  }
  /// A file whose directory is not known, because it was opened by handle.
  void give_if_lost(const dsl::value& dentry) const {
    if (all.directory_devices().empty()) return;
    const auto super = dentry["d_sb"];
    h.when(dentry == dentry["d_parent"] && dentry != super["s_root"],
           [&] { give_if(super["s_dev"].in(all.directory_devices())); });
  }
  /// A file below a tree, or too deep to know.
  void give_if_in_tree(const dsl::value& dentry) const {
    if (all.tree_count() == 0) return;
    const auto trees = h.hash<file_identity, std::uint64_t>(trees_map, static_cast<std::uint32_t>(all.tree_count()));
    h.when(dentry["d_sb"]["s_dev"].in(all.tree_devices()), [&] { give_if_below(trees, dentry, levels); });
  }
  // Each step is inside the one before, so its dentry is known there and is not read again.
  void give_if_below(const dsl::map_of<file_identity, std::uint64_t>& trees, const dsl::value& dentry, std::uint32_t left) const {
    give_if(trees.find(identity(dentry["d_inode"])).is_there());
    const auto parent = dentry["d_parent"];
    h.when(parent != dentry, [&] {
      if (left == 0) h.give(1);
      else give_if_below(trees, parent, left - 1);
    });
  }
  void give_if(const dsl::condition& so) const {
    h.when(so, [&] { h.give(1); });
  }
};

/// Adds the programs of one policy.
struct writer {
  policy& to;
  const protected_files& all;

  /// A program that denies if the file at the dentry is protected. `at` reads the dentry from the hook's arguments.
  template <class At> rule_function denies(std::string_view reason, const At& at, std::uint32_t levels = deepest) const {
    return [&files = all, reason, at, levels](dsl::hook& h, const denier& deny) {
      guard(h, deny, files, levels).refuse_if_protected("is_protected", reason, [&] { return at(h); });
    };
  }

  void keep_content(bool from_reading) const;
  void keep_names() const;
  void keep_attributes() const;
  void keep_sockets() const;
};

dsl::value at_dentry(dsl::hook& h) { return h.arg("dentry"); }
dsl::value at_file(dsl::hook& h) { return h.arg("file")["f_path.dentry"]; }

/// An overlay of Linux 6.7 and older opens the file below it with its own dentry: then the inode is another one.
void refuse_inode(const guard& own, std::string_view reason, const dsl::value& file) {
  const auto inode = file["f_inode"];
  own.h.when(inode != file["f_path.dentry"]["d_inode"], [&] {
    own.known.find(identity(inode)).found([&](auto found) {
      own.h.when(found.number().get() & known_as::itself, [&] { own.refuse(reason, file["f_path.dentry"]); });
    });
  });
}

void writer::keep_content(bool from_reading) const {
  const std::string_view reason = from_reading ? "opened" : "opened-to-write";
  to.on("file_open", "opening files", [&](dsl::hook& h, const denier& deny) {
    const auto judge = [&] {
      const guard own(h, deny, all);
      own.refuse_if_protected("is_protected", reason, [&] { return at_file(h); });
      refuse_inode(own, reason, h.arg("file"));
    };
    if (from_reading) judge();
    else h.when(h.arg("file")["f_mode"] & FMODE_WRITE, judge);
  });
}

void writer::keep_names() const {
  to.on("inode_unlink", "removing files", denies("removed", at_dentry));
  to.on("inode_rmdir", "removing directories", [&](dsl::hook& h, const denier& deny) {
    const guard own(h, deny, all);
    own.refuse_if_protected("is_protected", "removed", [&] { return at_dentry(h); });
    own.refuse_if_above("removed", at_dentry(h));
  });
  for (const std::string_view hook : {"inode_create", "inode_mkdir", "inode_mknod", "inode_symlink"})
    to.on(hook, "creating files in directories", denies("created", at_dentry));
  to.on("inode_link", "linking files", [&](dsl::hook& h, const denier& deny) {
    const guard own(h, deny, all);
    own.refuse_if_protected("old_protected", "linked", [&] { return h.arg("old_dentry"); });
    own.refuse_if_protected("new_protected", "linked", [&] { return h.arg("new_dentry"); });
  });
  to.on("inode_rename", "renaming and replacing files", [&](dsl::hook& h, const denier& deny) {
    const guard own(h, deny, all);
    own.refuse_if_protected("old_protected", "renamed", [&] { return h.arg("old_dentry"); });
    own.refuse_if_protected("new_protected", "replaced", [&] { return h.arg("new_dentry"); });
    own.refuse_if_above("renamed", h.arg("old_dentry"));
  });
}

void writer::keep_attributes() const {
  for (const std::string_view hook : {"inode_setattr", "inode_setxattr", "inode_removexattr"})
    to.on(hook, "changes of attributes", denies("attributes", at_dentry));
  for (const std::string_view hook : {"inode_set_acl", "inode_remove_acl", "inode_file_setattr"})
    to.on_if_present(hook, denies("attributes", at_dentry));
  const rule_function by_command = [&](dsl::hook& h, const denier& deny) {
    h.when(h.arg("cmd").in(attribute_commands), [&] { denies("attributes", at_file)(h, deny); });
  };
  to.on("file_ioctl", "changes of attributes by ioctl(2)", by_command);
  to.on_if_present("file_ioctl_compat", by_command);
}

// Before Linux 5.16 no helper gives a struct unix_sock, so it is copied.
void writer::keep_sockets() const {
  const bool is_typed = to.has_enumerator("bpf_func_id", "BPF_FUNC_skc_to_unix_sock");
  const auto place = [is_typed](dsl::hook& h, const dsl::value& sock) {
    return (is_typed ? h.call("skc_to_unix_sock", {sock}) : sock.as("unix_sock"))["path.dentry"];
  };
  const std::uint32_t levels = is_typed ? deepest : deepest_copied;
  to.on("unix_stream_connect", "connecting to sockets",
        denies("connected", [place](dsl::hook& h) { return place(h, h.arg("other")); }, levels));
  to.on("unix_may_send", "sending to sockets",
        denies("connected", [place](dsl::hook& h) { return place(h, h.arg("other")["sk"]); }, levels));
}

/// Reads one option into `all`; reports what cannot be read.
void read(policy& to, const option_values& values, std::string_view option, protected_files& all,
          result<void> (protected_files::*add)(const std::string&)) {
  if (!is_given(values, option)) return;
  const given_value list = value_of(values, option);
  const std::vector<std::string> paths = split_at_commas(list.text);
  if (paths.size() > most_paths) {
    const std::string many = std::to_string(paths.size()) + " files";
    const std::string takes = "--" + std::string(option) + ": it takes at most 4096";
    return to.add_fault({.why = cause::value_invalid, .name = many, .of = takes}, list.where);
  }
  for (const std::string& path : paths)
    if (const auto added = (all.*add)(path); !added) to.add_fault(added.error(), list.where);
}

void write(policy& to, const option_values& values) {
  protected_files all;
  if (!is_given(values, "path") && !is_given(values, "below"))
    return to.add_fault({.why = cause::value_missing, .name = "--path or --below", .of = "protect-files"});
  read(to, values, "path", all, &protected_files::add);
  read(to, values, "below", all, &protected_files::add_tree);
  if (all.size() == 0) return;
  to.fill(all.identities(protected_map));
  if (all.name_count() != 0) to.fill(all.names(names_map));
  if (all.tree_count() != 0) to.fill(all.trees(trees_map));
  const writer own{to, all};
  own.keep_content(is_given(values, "reading"));
  own.keep_names();
  own.keep_attributes();
  own.keep_sockets();
}

}  // namespace

constinit const ready_made protect_files = {
    .name = "protect-files",
    .summary = "deny changing, replacing and, with --reading, also reading certain files, directories and trees",
    .example = "lsmith run protect-files --path /etc/shadow,/root/.ssh --reading --cgroup /sys/fs/cgroup/web",
    .hooks =
        "file_open inode_unlink inode_rmdir inode_create inode_mkdir inode_mknod inode_symlink inode_link inode_rename "
        "inode_setattr inode_setxattr inode_removexattr inode_set_acl inode_remove_acl inode_file_setattr file_ioctl "
        "file_ioctl_compat unix_stream_connect unix_may_send",
    .lowest = "5.7",
    .not_undone = "what was read or changed before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
