// Pointers are followed by name: vma->vm_mm->brk. Newer verifiers require that vm_mm is tested for null first; the library adds
// that test. The values that decided are reported as an event, after the verdict.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written heap_protection(const btf::types& kernel) {
  return dsl::lsm(kernel, "file_mprotect", [](dsl::hook& h) {
    auto vma = h.arg("vma");
    auto mm = vma["vm_mm"];
    h.when(vma["vm_start"] >= mm["start_brk"] && vma["vm_end"] <= mm["brk"], [&] {
      h.deny(EPERM, dsl::record<heap_change>(vma["vm_start"], vma["vm_end"], h.arg("prot")));
    });
  });
}

}  // namespace lsmith::examples
