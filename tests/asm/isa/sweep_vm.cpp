// What the decoder rejects, the kernel must reject too. Both get every opcode, with registers, offsets and immediates of
// every class. Only this direction can be tested with one load each: a kernel can have other reasons to reject a valid
// instruction.
#include <doctest/doctest.h>

#include <fstream>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/tests/asm/isa/kernel_judge.hpp>
#include <lsmith/tests/asm/isa/minimal_program.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

// r1 is a number, r2 points into the stack with space on both sides, r10 is the frame pointer, and r11 does not exist.
constexpr std::uint8_t registers[] = {0, 1, 2, 10, 11};
constexpr std::int16_t offsets[] = {0, 1, 2, 8, 16, 32, -8};
constexpr std::int32_t immediates[] = {0, 1, 2, 16, 32, 64, 0x40, 0x41, 0x50, 0xa0, 0xe1, 0xf1, 0x80, 0x100, 0x110, 0x10000, -1};

/// One of this many candidates is loaded: each of them where that is quick, few in the VMs of the ring. A long run sets the
/// number in a file. The number for the VMs is a prime, so that it reaches every class of every field.
std::uint32_t stride() {
  std::uint32_t number = std::ifstream("/tests/vm") ? 101 : 1;
  std::ifstream("/tests/sweep-stride") >> number;
  return number;
}

/// A program in which one slot is replaced for each load.
class verifier_probe {
 public:
  verifier_probe() {
    minimal::begin(program_);
    for (std::int32_t at = -128; at < 0; at += 8) program_.append(store(mem64[r10 + at], 0));
    program_.append({mov(r2, r10), add(r2, -64)});
    slot_ = program_.next();
    program_.append({mov(r0, 0), mov(r0, 0), mov(r0, 0), exit()});
  }

  bool accepts(const insn& one) { return accepts(one, one.opcode == ld_imm64_opcode ? insn{} : mov(r0, 0).first()); }
  bool accepts(const insn& first, const insn& second) {
    program_.code[slot_] = first;
    program_.code[slot_ + 1] = second;
    return load(program_).has_value();
  }

  int map() { return program_.maps.empty() ? minimal::add_map(program_, map_type::array, 8) : program_.maps[0].get(); }

 private:
  minimal_program program_;
  std::uint32_t slot_;
};

}  // namespace

TEST_CASE("sweep: the kernel accepts no opcode, register, offset or immediate that the decoder rejects") {
  verifier_probe probe;
  REQUIRE(probe.accepts(mov(r1, 1).first()));
  std::size_t tried = 0, taken = 0, number = 0;
  for (unsigned opcode = 0; opcode < 256; ++opcode)
    for (const std::uint8_t dst : registers)
      for (const std::uint8_t src : registers)
        for (const std::int16_t offset : offsets)
          for (const std::int32_t immediate : immediates) {
            const insn one = {static_cast<std::uint8_t>(opcode), static_cast<std::uint8_t>(src << 4 | dst), offset, immediate};
            if (match(one) != nullptr || ++number % stride() != 0) continue;
            ++tried;
            if (!probe.accepts(one)) continue;
            std::string text;
            print_raw(one, text);
            if (++taken < 10) MESSAGE("the kernel takes " << text);
          }
  MESSAGE(tried << " asked");
  CHECK(tried > 5'000);
  CHECK(taken == 0);
}

TEST_CASE("sweep: the kernel accepts no second slot of a 64-bit load that the decoder rejects") {
  verifier_probe probe;
  std::size_t refused = 0;
  for (const std::uint8_t source : {pseudo_source::number, pseudo_source::map_fd, pseudo_source::map_value})
    for (const insn& second : {insn{}, insn{1, 0, 0, 0}, insn{0, 1, 0, 0}, insn{0, 0x10, 0, 0}, insn{0, 0, 1, 0},
                               insn{0, 0, 0, 1}, insn{ld_imm64_opcode, 0, 0, 0}}) {
      const insn both[] = {{ld_imm64_opcode, static_cast<std::uint8_t>(source << 4 | 1), 0, probe.map()}, second};
      const bool decoded_here = decode(both, 0).has_value();
      refused += !decoded_here;
      CHECK(probe.accepts(both[0], both[1]) == decoded_here);
    }
  CHECK(refused == 3 * 5 + 1);
}

}  // namespace lsmith::tests
