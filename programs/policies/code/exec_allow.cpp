// Threat: a machine needs few programs, and every other one that runs is an attacker's or a mistake.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.7: code from files must come from one of the listed
//   files, including the interpreter of a script, the dynamic loader and libraries. file_open, inode_setattr, file_ioctl and
//   file_ioctl_compat: no bound process opens one of these files for writing, truncates it, or gives its generation to another
//   one. sb_delete and sb_free_security: a file of a file system that is unmounted is not listed any more.
// Not stopped: a listed file that is changed by another process, by a descriptor from before, by root through its block device,
//   or on an overlay through a path into one of the layers (protect-files, fs-verity); scripts that a listed interpreter reads
//   as data; code without a file (deny-writable-code).
// Not taken back: programs that run already.
// A file is identified by device, inode and generation. A file that replaces a listed one, as an upgrade does, is another file:
//   it does not run until the policy is enforced again (lsmith reload NAME). An overlay has no generations; if its layers are on
//   different file systems, two of its files can have the same number, and both count as listed or as not listed. Memory of an
//   overlay's file that is made executable is denied, because the mapping shows the file below.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>

#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/device_list.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

namespace fs = std::filesystem;

constexpr option_description own_options[] = {
    {"allow", "LIST", "files that may run, separated by commas; a directory stands for all files below it", option_kind::paths,
     option_need::required},
};

constexpr std::string_view map_name = "allowed_files";
constexpr std::uint32_t FMODE_WRITE = 2;  // include/linux/fs.h
constexpr std::uint32_t ATTR_SIZE = 8;  // likewise

class allowed_files {
 public:
  /// A file, or all regular files below a directory. Symbolic links in it are not followed.
  void add(policy& to, const std::string& path, const location& where) {
    std::error_code failed;
    if (!fs::is_directory(path, failed)) return add_file(to, path, where);
    for (fs::recursive_directory_iterator each(path, failed), end; !failed && each != end; each.increment(failed))
      if (each->symlink_status().type() == fs::file_type::regular) add_file(to, each->path(), where);
    if (failed) to.add_fault(unreadable_file(path, failed.value()), where);
  }

  std::vector<std::uint32_t> devices() const {
    std::set<std::uint32_t> each;
    for (const auto& [key, generation] : all_) each.insert(key.second);
    return {each.begin(), each.end()};
  }

  std::uint32_t count() const { return static_cast<std::uint32_t>(all_.size()); }

  loader::map_contents contents() const {
    std::vector<file_identity> keys;
    std::vector<std::uint64_t> generations;
    for (const auto& [key, generation] : all_) {
      keys.push_back({key.first, key.second});
      generations.push_back(generation);
    }
    return contents_of(map_name, keys, generations);
  }

 private:
  void add_file(policy& to, const std::string& path, const location& where) {
    const auto file = identify_executable(path);
    if (file) all_[{file->file.inode, file->file.device}] = file->generation;
    else to.add_fault(file.error(), where);
  }

  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint64_t> all_;
};

/// Whether a file is one of them, by its inode.
class membership {
 public:
  membership(std::uint32_t files, const device_list& devices) : files_(files), devices_(devices) {}

  template <class Then>
  void when_allowed(dsl::hook& h, const dsl::value& inode, Then then) const {
    const auto known = h.hash<file_identity, std::uint64_t>(map_name, files_);
    const auto device = inode["i_sb"]["s_dev"];
    known.find(dsl::record<file_identity>(inode["i_ino"], device, 0)).found([&](auto entry) {
      const dsl::value generation = entry.number().get();
      const dsl::condition is_same = generation == exempt_file::any_generation || generation == inode["i_generation"];
      h.when(is_same && !devices_.excludes(h, device), then);
    });
  }

 private:
  std::uint32_t files_;
  const device_list& devices_;
};

void refuse_writing(policy& to, const membership& members) {
  to.on("file_open", "opening a listed file for writing", [&](dsl::hook& h, const denier& deny) {
    const auto file = h.arg("file"), inode = file["f_inode"];
    h.when(file["f_mode"] & FMODE_WRITE,
           [&] { members.when_allowed(h, inode, [&] { deny_code(deny, "allowed-file-written", file, inode); }); });
  });
  to.on("inode_setattr", "truncating a listed file", [&](dsl::hook& h, const denier& deny) {
    const auto dentry = h.arg("dentry"), inode = dentry["d_inode"];
    h.when(h.arg("attr")["ia_valid"] & ATTR_SIZE, [&] {
      members.when_allowed(h, inode, [&] {
        deny(EACCES, "allowed-file-truncated",
             {{"device", inode["i_sb"]["s_dev"], value_form::device}, {"inode", inode["i_ino"], value_form::natural}}, "file",
             dentry["d_name.name"].text(32));
      });
    });
  });
}

void write(policy& to, const option_values& values) {
  allowed_files allowed;
  const given_value list = value_of(values, "allow");
  for (const std::string& one : split_at_commas(list.text)) allowed.add(to, one, list.where);
  if (allowed.count() == 0) return;
  const auto numbers = allowed.devices();
  if (numbers.size() > device_list::most) {
    const std::string many = "files on " + std::to_string(numbers.size()) + " devices";
    return to.add_fault({.why = cause::value_invalid, .name = many, .of = "--allow: it takes at most 64"});
  }
  const device_list devices(numbers, "allowed_gone");
  const membership members(allowed.count(), devices);
  judge_code(to, [&](dsl::hook& h, const denier& deny, const dsl::value& file) {
    const auto inode = file["f_inode"];
    h.when(inode["i_sb"] != 0, [&] {
      members.when_allowed(h, inode, [&] { h.allow(); });
      deny_code(deny, "not-allowed", file, inode);
    });
  });
  refuse_writing(to, members);
  devices.watch(to);
  to.keep_generations();
  to.fill(allowed.contents());
}

}  // namespace

constinit const ready_made exec_allow = {
    .name = "exec-allow",
    .summary = "deny code from every file but the listed ones",
    .example = "lsmith run exec-allow --allow /usr/bin/nginx,/usr/lib --cgroup /sys/fs/cgroup/web",
    .hooks =
        "bprm_check_security mmap_file file_mprotect file_open inode_setattr file_ioctl file_ioctl_compat sb_delete sb_free_security",
    .lowest = "5.7",
    .not_undone = "programs that run already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
