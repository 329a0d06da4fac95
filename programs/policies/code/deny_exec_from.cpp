// Threat: an attacker puts a program where every user may write (/tmp, /dev/shm, /run, most of them tmpfs), and runs it from
// there. File systems that never contain programs (proc, sysfs, bpf, …) are no place to run code from either.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.7. The first alone would allow a library from tmpfs,
//   and the dynamic loader with the program as its argument. mmap_backing_file, if the kernel has it.
//   Every user may mount some file systems in a user namespace of their own. So code is denied from every file system that was
//   mounted in a user namespace other than the initial one, whatever its type. An overlay is judged by the files below it,
//   when they are mapped, on kernels that have mmap_backing_file (7.3 and updates of 6.12 do, 6.18.15 does not): a program is
//   then killed before it runs.
// Not stopped: writable directories on other file systems (exec-only-from); scripts that a bound interpreter reads as data; a
//   file system that is not in the list and that root mounts (guard-mounts); without mmap_backing_file, an overlay that was
//   mounted in the initial user namespace over such a file system: name it (--from ...,overlay), or use guard-mounts.
// Not taken back: programs that run already.
// An initial ramdisk is itself a tmpfs: there, name the file systems with --from. Containers of unprivileged users run from file
//   systems that were mounted in their user namespace: without mmap_backing_file, or if those are no overlays, exempt them by
//   cgroup.
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

// include/uapi/linux/magic.h
constexpr named_number file_systems[] = {
    {"tmpfs", 0x01021994},   {"ramfs", 0x858458f6},   {"hugetlbfs", 0x958458f6}, {"proc", 0x9fa0},        {"sysfs", 0x62656572},
    {"devpts", 0x1cd1},      {"cgroup", 0x27e0eb},    {"cgroup2", 0x63677270},   {"debugfs", 0x64626720}, {"tracefs", 0x74726163},
    {"securityfs", 0x73636673}, {"bpf", 0xcafe4a11},  {"mqueue", 0x19800202},    {"pstore", 0x6165676c},  {"nfs", 0x6969},
    {"fuse", 0x65735546},    {"vfat", 0x4d44},        {"overlay", OVERLAYFS_SUPER_MAGIC},   {"9p", 0x01021997},
};
constexpr std::string_view where_nothing_runs =
    "tmpfs,ramfs,hugetlbfs,proc,sysfs,devpts,cgroup,cgroup2,debugfs,tracefs,securityfs,bpf,mqueue,pstore";

constexpr option_description own_options[] = {
    {"from", "LIST", "file systems by name or magic number (default: tmpfs, ramfs, hugetlbfs, proc and others that contain "
                     "no programs)"},
};

/// Judges a file by the type of its file system and by the user namespace that this was mounted in.
struct judge {
  bool looks_below;  ///< whether another program judges the files below an overlay
  const std::vector<std::int64_t>& magics;

  void operator()(dsl::hook& h, const denier& deny, const dsl::value& code) const {
    const auto inode = code["f_inode"], super = inode["i_sb"];
    h.when(super != 0, [&] {
      h.when(super["s_magic"].in(magics), [&] { deny_code(deny, "file-system", code, inode); });
      const dsl::condition of_user = super["s_user_ns"]["level"] != 0;
      const dsl::condition is_judged = looks_below ? of_user && super["s_magic"] != OVERLAYFS_SUPER_MAGIC : of_user;
      h.when(is_judged, [&] { deny_code(deny, "mounted-by-user", code, inode); });
    });
  }
};

void write(policy& to, const option_values& values) {
  const auto magics = numbers_of(to, "--from: it takes names of file systems, or magic numbers",
                                 value_of(values, "from", where_nothing_runs), file_systems, UINT32_MAX);
  if (magics.empty()) return;
  judge_code(to, judge{to.has_hook("mmap_backing_file"), magics}, backing_files::judged);
}

}  // namespace

constinit const ready_made deny_exec_from = {
    .name = "deny-exec-from",
    .summary = "deny code from tmpfs, proc and others where no program belongs, and from what users mounted",
    .example = "lsmith run deny-exec-from --cgroup /sys/fs/cgroup/web",
    .hooks = "bprm_check_security mmap_file file_mprotect mmap_backing_file",
    .lowest = "5.7",
    .not_undone = "programs that run already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
