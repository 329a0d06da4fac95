// Prints whole programs as text.
#include <doctest/doctest.h>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/disasm/print.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

std::vector<insn> sample() {
  assembler a;
  const label deny = a.new_label("deny"), again = a.new_label("again"), callback = a.new_label("callback");
  a({
      bind(again),
      call(helper::get_current_pid_tgid),
      jeq(w0, 38, deny),
      ld_imm64(r2, 5),
      ja(again),
      call(callback),
      bind(deny),
      mov(r0, -1),
      exit(),
      bind(callback),
      exit(),
  });
  return std::move(a).finish()->insns;
}

}  // namespace

TEST_CASE("print: a listing names its jump targets and helpers") {
  CHECK(print_listing(sample()) ==
        "L1:\n"
        "  call bpf_get_current_pid_tgid\n"
        "  if w0 == 38 goto L2\n"
        "  r2 = 5 ll\n"
        "  goto L1\n"
        "  call L3\n"
        "L2:\n"
        "  r0 = -1\n"
        "  exit\n"
        "L3:\n"
        "  exit\n");
}

TEST_CASE("print: a listing without labels keeps the distances") {
  CHECK(print_listing(sample(), {.helpers = helper_calls::numbers, .jumps = jump_names::distances}) ==
        "call 14\n"
        "if w0 == 38 goto +4\n"
        "r2 = 5 ll\n"
        "goto -5\n"
        "call pc+2\n"
        "r0 = -1\n"
        "exit\n"
        "exit\n");
}

TEST_CASE("print: the kernel's form is that of its verifier log") {
  CHECK(print_listing(sample(), {.form = text_form::kernel}) ==
        "(85) call bpf_get_current_pid_tgid#14\n"
        "(16) if w0 == 0x26 goto pc+4\n"
        "(18) r2 = 0x5\n"
        "(05) goto pc-5\n"
        "(85) call pc+2\n"
        "(b7) r0 = -1\n"
        "(95) exit\n"
        "(95) exit\n");
}

TEST_CASE("print: jumps out of the program or into a 64-bit load keep their number") {
  const insn code[] = {ja(+5).first(), ja(+1).first(), ld_imm64(r1, 0).first(), ld_imm64(r1, 0).second(), ja(+0).first()};
  CHECK(print_listing(code) ==
        "  goto +5\n"
        "  goto +1\n"
        "  r1 = 0 ll\n"
        "  goto L1\n"
        "L1:\n");
}

TEST_CASE("print: bytes that are no instruction are printed as their fields") {
  const insn code[] = {raw(0x8d, 1, 2, -3, -4).first(), exit().first()};
  CHECK(print_listing(code) == "  .insn 0x8d, 1, 2, -3, -4\n  exit\n");
}

}  // namespace lsmith::tests
