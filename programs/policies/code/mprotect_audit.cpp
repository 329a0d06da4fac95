// Threat: code that was written into the heap is made executable. This is the example of the kernel's documentation
// (Documentation/bpf/prog_lsm.rst): each change of protection within the heap is denied and reported. The example asks whether
// the mapping is inside the heap. This policy asks whether it overlaps the heap: the heap need not end at a page's end, and the
// kernel merges it with memory that is mapped next to it.
// Hook: file_mprotect, from Linux 5.7.
// Not stopped: memory that is mapped executable from the start (mmap), heaps that are not made by brk(2), and a process that
//   tells the kernel of another heap by prctl(PR_SET_MM); use deny-writable-code against all three.
// Not taken back: protections that were changed before.
#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

void write(policy& to, const option_values&) {
  to.on("file_mprotect", "changes of protection", [](dsl::hook& h, const denier& deny) {
    const auto vma = h.arg("vma");
    const auto mm = vma["vm_mm"];
    h.when(vma["vm_start"] < mm["brk"] && vma["vm_end"] > mm["start_brk"], [&] {
      deny(EPERM, "heap-protection",
           {{"prot", h.arg("prot"), value_form::protection},
            {"start", vma["vm_start"], value_form::hex},
            {"end", vma["vm_end"], value_form::hex}});
    });
  });
}

}  // namespace

constinit const ready_made mprotect_audit = {
    .name = "mprotect-audit",
    .summary = "deny changes of memory protection within the heap, and report them",
    .example = "lsmith run mprotect-audit --uid 1000 --dry-run",
    .hooks = "file_mprotect",
    .lowest = "5.7",
    .not_undone = "protections that were changed before",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
