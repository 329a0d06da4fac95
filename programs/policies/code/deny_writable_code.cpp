// Threat: an attacker who can write into a process's memory makes the written bytes executable (shellcode): with mprotect(2),
// by mapping memory that is both writable and executable, or by mapping the same memory twice.
// Hooks: mmap_file for new mappings (also by shmat(2)), file_mprotect for changed ones (also by pkey_mprotect(2)), from Linux
//   5.7. Both are needed: memory that is mapped writable and executable needs no mprotect(2), and memory that is mapped
//   writable needs no second mmap(2). A file is not mapped as code while it is open or mapped for writing. file_open: a
//   process writes into its own code through /proc/PID/mem, whatever its protection.
// Not stopped: code in a file that was first written and then mapped, or is written while it is mapped (exec-only-from;
//   deny-fileless-exec for memory files); reuse of code that is already mapped, in another order; the executable stack or data
//   that a program's ELF header requests (exec-only-from); the heap after personality(READ_IMPLIES_EXEC) and brk(2), for which
//   the kernel calls no hook (a seccomp filter of personality(2) stops it); remap_file_pages(2) after that personality, on
//   kernels before 6.12 without its fix; code that an attached debugger writes (guard-ptrace).
//   By modify-return the program sees the protection that was requested, without what READ_IMPLIES_EXEC adds to it in mmap(2).
// Not taken back: memory that is executable already.
// Just-in-time compilers do what this policy denies: exempt them by executable or cgroup.
#include <sys/mman.h>

#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

// include/linux/mm.h; a mapping is VM_SHARED only if its file was opened for writing
constexpr std::uint32_t VM_WRITE = 2, VM_SHARED = 8;
constexpr std::uint32_t S_PRIVATE = 512;  // include/linux/fs.h: a file of the kernel's own, here shared memory
constexpr std::uint32_t FMODE_WRITE = 2;  // include/linux/fs.h
constexpr std::uint32_t PROC_SUPER_MAGIC = 0x9fa0;  // include/uapi/linux/magic.h

dsl::condition is_shared_memory(const dsl::value& file) { return file["f_inode"]["i_flags"] & S_PRIVATE; }

/// Whether a process has the file open, or mapped, for writing. A memory file is not counted as open by memfd_create(2).
dsl::condition is_written(const dsl::value& file) {
  return (file["f_mode"] & FMODE_WRITE) || file["f_inode"]["i_writecount.counter"] > 0 ||
         file["f_mapping"]["i_mmap_writable.counter"] > 0;
}

void judge_new_mappings(policy& to) {
  to.on("mmap_file", "executable mappings", [](dsl::hook& h, const denier& deny) {
    const auto file = h.arg("file"), prot = h.arg("prot"), flags = h.arg("flags");
    const std::vector<shown> values = {{"prot", prot, value_form::protection}, {"flags", flags, value_form::hex}};
    h.when(prot & PROT_EXEC, [&] {
      h.when(prot & PROT_WRITE, [&] { deny(EPERM, "mapped-writable", values); });
      const auto is_memory = file == 0 || (flags & MAP_ANONYMOUS) || is_shared_memory(file);
      h.when(is_memory, [&] { deny(EPERM, "mapped-without-file", values); });
      h.when(is_written(file), [&] { deny(EPERM, "mapped-while-written", values); });
    });
  });
}

void judge_changed_mappings(policy& to) {
  to.on("file_mprotect", "memory made executable", [](dsl::hook& h, const denier& deny) {
    const auto vma = h.arg("vma"), prot = h.arg("prot"), file = vma["vm_file"];
    const std::vector<shown> values = {{"prot", prot, value_form::protection},
                                       {"start", vma["vm_start"], value_form::hex},
                                       {"end", vma["vm_end"], value_form::hex}};
    const auto is_writable = (prot & PROT_WRITE) || (vma["vm_flags"] & (VM_WRITE | VM_SHARED));
    const auto was_written = file == 0 || vma["anon_vma"] != 0 || is_shared_memory(file) || is_written(file);
    h.when(prot & PROT_EXEC, [&] {
      h.when(is_writable, [&] { deny(EPERM, "made-executable-while-writable", values); });
      h.when(was_written, [&] { deny(EPERM, "made-executable-after-writing", values); });
    });
  });
}

// Only the file /proc/PID/mem, also below task/, has this name in proc.
void judge_process_memory(policy& to) {
  to.on("file_open", "writing memory through /proc/PID/mem", [](dsl::hook& h, const denier& deny) {
    const auto file = h.arg("file"), name = file["f_path.dentry"]["d_name.name"];
    h.when((file["f_mode"] & FMODE_WRITE) && file["f_inode"]["i_sb"]["s_magic"] == PROC_SUPER_MAGIC && name.text(8) == "mem",
           [&] { deny(EPERM, "opened-memory", {{"inode", file["f_inode"]["i_ino"], value_form::natural}}); });
  });
}

void write(policy& to, const option_values&) {
  judge_new_mappings(to);
  judge_changed_mappings(to);
  judge_process_memory(to);
}

}  // namespace

constinit const ready_made deny_writable_code = {
    .name = "deny-writable-code",
    .summary = "deny making memory executable that is, or was, writable",
    .example = "lsmith run deny-writable-code --cgroup /sys/fs/cgroup/web --except-exe /usr/bin/node",
    .hooks = "mmap_file file_mprotect file_open",
    .lowest = "5.7",
    .not_undone = "memory that is executable already",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
