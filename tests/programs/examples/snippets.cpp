// The C++ on the pages that no other file of the tree contains. It compiles, and what it makes is well formed. pages.cpp checks
// that every block of C++ on a page is in a file that is compiled.
#include <doctest/doctest.h>

#include <sys/socket.h>

#include <cerrno>
#include <iostream>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/examples/examples.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>

namespace lsmith::tests {
namespace {

/// Attaches nothing: a test only compiles it, because the policy would bind every process of this machine.
[[maybe_unused]] void enforce_no_alg() {
  using namespace lsmith::isa;

  assembler a;
  const label leave = a.new_label("leave");
  a({
      load(r0, mem64[r1 + previous_retval()]),    // an earlier program's denial is kept
      jne(w0, 0, leave),
      load(r2, mem64[r1 + argument("family")]),   // found by its name in the kernel's BTF
      jne(w2, AF_ALG, leave),
      mov(r0, -EPERM),
      bind(leave),
      exit(),
  });

  lsmith::object policy;
  policy.programs.push_back(make_program("no_alg", "socket_create", *std::move(a).finish()));
  auto enforced = lsmith::loader::enforce(policy);
  if (!enforced) std::cerr << enforced.error() << '\n';
}

using examples::heap_change;

checked<object> heap_protection(const btf::types& kernel) {
  return dsl::lsm(kernel, "file_mprotect", [](dsl::hook& h) {
    auto vma = h.arg("vma");
    auto mm = vma["vm_mm"];
    h.when(vma["vm_start"] >= mm["start_brk"] && vma["vm_end"] <= mm["brk"],
           [&] { h.deny(EPERM, dsl::record<heap_change>(vma["vm_start"], vma["vm_end"], h.arg("prot"))); });
  });
}

void report_change(dsl::hook& h) {
  auto vma = h.arg("vma");
  struct heap_change {
    std::uint64_t start, end, protection;
  };
  const auto change = dsl::record<heap_change>(vma["vm_start"], vma["vm_end"], h.arg("prot"));  // one value for each field
  h.audit(change);
}

void deny_addresses(dsl::hook& h) {
  const dsl::socket_address to(h.arg("address"));
  h.when(to.in("10.0.0.0/8") || to.in("2001:db8::/32") || to.port() == 25, [&] { h.deny(EACCES); });
}

void call_function(dsl::hook& h) {
  auto vma = h.arg("vma");
  auto on_heap = h.function<bool(std::uint64_t, dsl::pointer<"mm_struct">)>(
      "on_heap", [](const auto& address, const auto& mm) { return address >= mm["start_brk"] && address < mm["brk"]; });
  h.when(on_heap(vma["vm_start"], vma["vm_mm"]), [&] { h.deny(EPERM); });
}

void check_well_formed(const checked<object>& policy) {
  if (!policy) MESSAGE(to_string(policy.error()));
  REQUIRE(policy);
  CHECK(check(*policy).empty());
  CHECK(!policy->programs[0].code.empty());
}

}  // namespace

TEST_CASE("docs/dsl.md: the rules of the page make programs") {
  const auto& kernel = small_kernel_types();
  check_well_formed(heap_protection(kernel));
  check_well_formed(dsl::lsm(kernel, "file_mprotect", report_change));
  check_well_formed(dsl::lsm(kernel, "socket_connect", deny_addresses));
  check_well_formed(dsl::lsm(kernel, "file_mprotect", call_function));
}

}  // namespace lsmith::tests
