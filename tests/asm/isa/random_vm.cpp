// Tests the rows of the instruction table together. The verifier must accept random programs of all rows that need only
// numbers and a stack, its log must print them as we do, and the kernel must keep them unchanged.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/loader/inspect/loaded_program.hpp>
#include <lsmith/tests/asm/isa/kernel_judge.hpp>
#include <lsmith/tests/asm/isa/minimal_program.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

constexpr int programs = 300;
constexpr std::size_t length = 40;

bool is_jump(const form& row) { return class_of(row.opcode) == opclass::jmp || class_of(row.opcode) == opclass::jmp32; }

// Arithmetic, conditional jumps, and accesses to the stack. An unconditional jump would make code unreachable.
bool usable(const form& row) {
  if (!known_here(row) || row.opcode == ld_imm64_opcode || row.group == conformance::packet) return false;
  if (is_jump(row)) return row.mnemonic.starts_with("j") && row.mnemonic != "ja";
  return row.mnemonic != "addr_space_cast";
}

class generator {
 public:
  /// Programs of the rows that `selected` accepts; one instruction of eight is a jump.
  template <class Selected>
  explicit generator(Selected selected) {
    for (const form& row : table())
      if (usable(row) && selected(row)) (is_jump(row) ? jumps_ : others_).push_back(&row);
  }

  minimal_program make() {
    minimal_program made;
    minimal::begin(made);
    for (std::int32_t at = -72; at < 0; at += 8) made.append(store(mem64[r10 + at], r1));
    made.append(mov(r6, r1));  // not the context: every register contains a number
    made.slot = made.next();
    for (std::size_t left = length; left > 0; --left) {
      if (!jumps_.empty() && below(8) == 0) append_jump(made, left - 1);
      else made.code.push_back(instruction(*others_[below(others_.size())]));
    }
    minimal::end(made);
    return made;
  }

 private:
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(random_() % limit); }

  // r10 stays; each other register becomes a random one.
  std::uint8_t register_for(std::uint8_t usual, const field_form& field) {
    const bool open = field.rule == field_rule::reads || field.rule == field_rule::writes;
    return open && usual != 10 ? static_cast<std::uint8_t>(below(10)) : usual;
  }

  insn instruction(const form& row) {
    insn made = minimal::instruction_of(row);
    const std::uint8_t dst = register_for(made.dst(), row.dst), src = register_for(made.src(), row.src);
    made.registers = static_cast<std::uint8_t>(src << 4 | dst);
    if (row.offset.rule == field_rule::anything)
      made.offset = static_cast<std::int16_t>(-8 * static_cast<std::int32_t>(1 + below(8)));
    if (row.immediate.rule == field_rule::anything) made.immediate = number_for(row);
    return made;
  }

  // It compares values that the verifier does not know: new kernels replace a jump whose outcome is known, and such jumps made
  // the verifier of 6.18 print a warning about itself. It lands within what follows, where each instruction is one or three
  // slots.
  void append_jump(minimal_program& to, std::size_t left) {
    insn jump = instruction(*jumps_[below(jumps_.size())]);
    jump.offset = static_cast<std::int16_t>(below(std::min<std::size_t>(left, 4) + 1));
    to.append({load(r_register{{jump.dst()}}, mem32[r10 - 72]), load(r_register{{jump.src()}}, mem32[r10 - 68])});
    to.code.push_back(jump);
  }

  // Shifts by less than the width, divisors other than 0.
  std::int32_t number_for(const form& row) {
    const std::uint8_t code = row.opcode & 0xf0;
    const bool arithmetic = class_of(row.opcode) == opclass::alu || class_of(row.opcode) == opclass::alu64;
    const bool shift = code == alu_code::lsh || code == alu_code::rsh || code == alu_code::arsh;
    if (arithmetic && shift) return static_cast<std::int32_t>(below(32));
    const auto any = static_cast<std::int32_t>(below(2) != 0 ? random_() : below(5));
    return any == 0 && arithmetic ? 1 : any;
  }

  std::vector<const form*> others_, jumps_;
  std::mt19937_64 random_{11};
};

}  // namespace

TEST_CASE("verifier: accepts random programs, and logs them in the kernel's form") {
  generator random([](const form&) { return true; });
  std::size_t refused = 0, compared = 0, different = 0;
  for (int i = 0; i < programs; ++i) {
    const minimal_program made = random.make();
    refused += !load(made).has_value();
    const std::string log = log_of(made, 1 << 22);
    for (const auto& [slot, text] : instructions_of(log)) {
      std::string ours;
      print_at(made.code, slot, {.form = text_form::kernel}, ours);
      if (ours != text && ++different < 5) MESSAGE(text << " is here " << ours);
      ++compared;
    }
  }
  CHECK(refused == 0);
  CHECK(different == 0);
  CHECK(compared > programs * length / 2);
}

TEST_CASE("kernel: returns random programs unchanged") {
  generator random([](const form& row) { return fate_of(row) == fate::kept && !is_jump(row); });
  std::size_t refused = 0, different = 0;
  for (int i = 0; i < programs; ++i) {
    const minimal_program made = random.make();
    const auto loaded = load(made);
    refused += !loaded.has_value();
    const auto kept = loaded ? loader::read_program(*loaded) : result<loader::loaded_program>();
    const bool whole = kept && kept->code.size() == made.code.size();
    const bool same = whole && std::equal(made.code.begin() + made.slot, made.code.end(), kept->code.begin() + made.slot);
    if (!same && ++different < 5) MESSAGE(print_listing(made.code), "became\n", kept ? print_listing(kept->code) : "nothing");
  }
  CHECK(refused == 0);
  CHECK(different == 0);
}

}  // namespace lsmith::tests
