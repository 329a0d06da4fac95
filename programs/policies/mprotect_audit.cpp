// Threat: code that was written into the heap is made executable. This is the example of the kernel's own documentation
// (Documentation/bpf/prog_lsm.rst): a change of protection within the heap is reported and refused.
// Hook: file_mprotect, from Linux 5.7.
// Not stopped: executable memory that is mapped as such (mmap), and heaps that are not brk's.
#include <lsmith/programs/policies/mprotect_audit.hpp>

namespace lsmith::programs {

checked<object> mprotect_audit(const common_choices& choices) {
  using namespace isa;
  assembler code;
  const label pass = code.new_label("pass");
  const label leave = code.new_label("leave");

  begin(code, leave);
  code({
      load(r9, mem64[r6 + argument("vma")]),
      load(r7, mem64[r9 + field("vm_area_struct", "vm_start")]),
      load(r8, mem64[r9 + field("vm_area_struct", "vm_end")]),
      load(r9, mem64[r9 + field("vm_area_struct", "vm_mm")]),
      jeq(r9, 0, leave),  // newer verifiers take vm_mm for possibly null
      load(r1, mem64[r9 + field("mm_struct", "start_brk")]),
      jlt(r7, r1, leave),
      load(r1, mem64[r9 + field("mm_struct", "brk")]),
      jgt(r8, r1, leave),
  });
  test_bound(code, choices, pass);
  if (reports(choices)) {
    code({load(r9, mem64[r6 + argument("prot")])});
    const r_register decided[] = {r7, r8, r9};
    report(code, choices, decided, mprotect_events().rule);
  }
  deny(code);
  if (may_pass(choices)) code({bind(pass), mov(r0, 0)});
  code({
      bind(leave),
      exit(),
  });

  return make_object("mprotect_audit", "file_mprotect", std::move(code), choices);
}

const event_description& mprotect_events() {
  static const event_description description{
      "file_mprotect", {{"start", value_form::hex}, {"end", value_form::hex}, {"prot", value_form::protection}}, 2};
  return description;
}

}  // namespace lsmith::programs
