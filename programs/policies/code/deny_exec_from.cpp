// Threat: an attacker puts a program where every user may write (/tmp, /dev/shm, /run, most of them tmpfs), and runs it from
// there. File systems that never contain programs (proc, sysfs, bpf, …) are no place to run code from either.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.7. The first alone would allow a library from tmpfs,
//   and the dynamic loader with the program as its argument.
// Not stopped: writable directories on other file systems (exec-only-from); scripts that a bound interpreter reads as data.
// Not taken back: programs that run already.
// An initial ramdisk is itself a tmpfs: there, name the file systems with --from.
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
    {"fuse", 0x65735546},    {"vfat", 0x4d44},        {"overlay", 0x794c7630},   {"9p", 0x01021997},
};
constexpr std::string_view where_nothing_runs =
    "tmpfs,ramfs,hugetlbfs,proc,sysfs,devpts,cgroup,cgroup2,debugfs,tracefs,securityfs,bpf,mqueue,pstore";

constexpr option_description own_options[] = {
    {"from", "LIST", "file systems by name or magic number (default: tmpfs, ramfs, hugetlbfs, proc and others that contain "
                     "no programs)"},
};

void write(policy& to, const option_values& values) {
  const auto magics = numbers_of(to, "--from: it takes names of file systems, or magic numbers",
                                 value_of(values, "from", where_nothing_runs), file_systems, UINT32_MAX);
  if (magics.empty()) return;
  deny_code_from(to, "file-system", [&](dsl::hook&, const dsl::value& inode) { return inode["i_sb"]["s_magic"].in(magics); });
}

}  // namespace

constinit const ready_made deny_exec_from = {
    .name = "deny-exec-from",
    .summary = "deny code from tmpfs, proc and other file systems where no program belongs",
    .example = "lsmith run deny-exec-from --from tmpfs,proc --cgroup /sys/fs/cgroup/web",
    .hooks = "bprm_check_security mmap_file file_mprotect",
    .lowest = "5.7",
    .not_undone = "programs that run already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
