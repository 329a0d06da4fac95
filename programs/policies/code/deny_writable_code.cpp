// Threat: an attacker who can write into a process's memory makes the written bytes executable (shellcode): with mprotect(2),
// or by mapping memory that is both writable and executable.
// Hooks: mmap_file for new mappings (also by shmat(2)), file_mprotect for changed ones (also by pkey_mprotect(2)), from Linux
//   5.7. Both are needed: memory that is mapped writable and executable needs no mprotect(2), and memory that is mapped
//   writable needs no second mmap(2).
// Not stopped: code in a file that was first written and then mapped (exec-only-from, deny-fileless-exec); reuse of code that
//   is already mapped, in another order; the executable stack that a program's ELF header requests; code that an attached
//   debugger writes (guard-ptrace).
// Not taken back: memory that is executable already.
// Just-in-time compilers do what this policy denies: exempt them by executable or cgroup.
#include <sys/mman.h>

#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::uint32_t VM_WRITE = 2;  // include/linux/mm.h

void write(policy& to, const option_values&) {
  to.on("mmap_file", "executable mappings", [](dsl::hook& h, const denier& deny) {
    const auto prot = h.arg("prot"), flags = h.arg("flags");
    const std::vector<shown> values = {{"prot", prot, value_form::protection}, {"flags", flags, value_form::hex}};
    h.when(prot & PROT_EXEC, [&] {
      h.when(prot & PROT_WRITE, [&] { deny(EPERM, "mapped-writable", values); });
      h.when(h.arg("file") == 0, [&] { deny(EPERM, "mapped-without-file", values); });
    });
  });

  to.on("file_mprotect", "memory made executable", [](dsl::hook& h, const denier& deny) {
    const auto vma = h.arg("vma"), prot = h.arg("prot");
    const std::vector<shown> values = {{"prot", prot, value_form::protection},
                                       {"start", vma["vm_start"], value_form::hex},
                                       {"end", vma["vm_end"], value_form::hex}};
    const auto is_writable = (prot & PROT_WRITE) || (vma["vm_flags"] & VM_WRITE);
    const auto was_written = vma["vm_file"] == 0 || vma["anon_vma"] != 0;
    h.when(prot & PROT_EXEC, [&] {
      h.when(is_writable, [&] { deny(EPERM, "made-executable-while-writable", values); });
      h.when(was_written, [&] { deny(EPERM, "made-executable-after-writing", values); });
    });
  });
}

}  // namespace

constinit const ready_made deny_writable_code = {
    .name = "deny-writable-code",
    .summary = "deny making memory executable that is, or was, writable",
    .example = "lsmith run deny-writable-code --cgroup /sys/fs/cgroup/web --except-exe /usr/bin/node",
    .hooks = "mmap_file file_mprotect",
    .lowest = "5.7",
    .not_undone = "memory that is executable already",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
