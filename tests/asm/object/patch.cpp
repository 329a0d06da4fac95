// Each kind of instruction has one field for a resolved number, and a range of numbers that fit it.
#include <doctest/doctest.h>

#include <vector>

#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

struct outcome {
  std::vector<insn> code;
  result<void> done;
};

outcome patched(const operation& what, std::uint64_t value) {
  outcome made{{what.first()}, {}};
  if (what.what == operation::kind::wide) made.code.push_back(what.second());
  made.done = patch(made.code, 0, value);
  return made;
}

std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace

TEST_CASE("patch: loads, stores and atomics take the value as their offset") {
  CHECK(patched(load(r1, mem64[r2]), 24).code[0] == load(r1, mem64[r2 + 24]).first());
  CHECK(patched(store(mem8[r2], r1), 24).code[0] == store(mem8[r2 + 24], r1).first());
  CHECK(patched(store(mem8[r2], 7), 24).code[0] == store(mem8[r2 + 24], 7).first());
  CHECK(patched(atomic_add(mem64[r2], r1), 24).code[0] == atomic_add(mem64[r2 + 24], r1).first());
  CHECK(patched(load(r1, mem64[r2]), 32767).done);
  CHECK(patched(load(r1, mem64[r2]), bits(-32768)).done);

  const outcome refused = patched(load(r1, mem64[r2]), 32768);
  REQUIRE_FALSE(refused.done);
  CHECK(refused.done.error().why == cause::relocation_range);
  CHECK(refused.done.error().first == 32768);
  CHECK(refused.done.error().second == 16);
  CHECK(refused.code[0] == load(r1, mem64[r2]).first());
}

TEST_CASE("patch: arithmetic and jumps take it as their immediate, by their width") {
  CHECK(patched(mov(r1, 0), bits(-5)).code[0] == mov(r1, -5).first());
  CHECK(patched(jeq(w1, 0, +3), 0xffffffff).code[0] == jeq(w1, 0xffffffff, +3).first());
  CHECK(patched(mov(w1, 0), 0xffffffff).done);
  CHECK_FALSE(patched(mov(r1, 0), 0xffffffff).done);
  CHECK_FALSE(patched(jeq(r1, 0, +3), 1ull << 31).done);
  CHECK_FALSE(patched(mov(w1, 0), 1ull << 32).done);
}

TEST_CASE("patch: a 64-bit load takes all of a number, and 31 bits of a descriptor") {
  const outcome number = patched(ld_imm64(r1, 0), 0x0123456789abcdef);
  CHECK(number.code[0] == ld_imm64(r1, 0x0123456789abcdef).first());
  CHECK(number.code[1] == ld_imm64(r1, 0x0123456789abcdef).second());

  const outcome value = patched(ld_imm64(r1, map_value("lost", 8)), 5);
  CHECK(value.code[0] == ld_imm64(r1, map_value(5, 8)).first());
  CHECK(value.code[1] == ld_imm64(r1, map_value(5, 8)).second());
  CHECK_FALSE(patched(ld_imm64(r1, map_fd("events")), 1ull << 31).done);
}

TEST_CASE("patch: a kernel function's id goes into the call") {
  CHECK(patched(call(kfunc("bpf_task_acquire")), 4711).code[0] == call_kfunc(4711).first());
}

TEST_CASE("patch: an instruction without a field for a number is an error") {
  CHECK(to_string(patched(mov(r1, r2), 1).done.error()) == "slot 0 is no instruction: its second operand is a register");
  CHECK(to_string(patched(ld_abs8(0), 1).done.error()) == "slot 0 is no instruction: a packet load has no open number");
  std::vector<insn> cut = {ld_imm64(r1, 0).first()};
  CHECK(to_string(patch(cut, 0, 1).error()) == "slot 0 is no instruction: a 64-bit load without its second slot");
  CHECK(to_string(patch(cut, 1, 1).error()) == "slot 1 is no instruction: the program ends before it");
}

}  // namespace lsmith::tests
