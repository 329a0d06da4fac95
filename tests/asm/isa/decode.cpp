// The decoder rejects what the kernel rejects, and says which field is wrong.
#include <doctest/doctest.h>

#include <string>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

std::string message_of(std::initializer_list<std::uint64_t> slots) {
  std::vector<insn> code;
  for (const std::uint64_t bits : slots) code.push_back(insn::of_raw(bits));
  const result<decoded> what = decode(code, 0);
  return what ? "" : to_string(what.error());
}

}  // namespace

TEST_CASE("decode: a wrong reserved field, register or opcode is an error that names it") {
  const std::string no = "slot 0 is no instruction: ";
  CHECK(message_of({0x00000000'0000008d}) == no + "no instruction has opcode 0x8d");
  CHECK(message_of({0x00000000'00000000}) == no + "no instruction has opcode 0x00");
  CHECK(message_of({0x00000000'000030b7}) == no + "its source register field is 3 and must be 0");
  CHECK(message_of({0x00000001'0000210f}) == no + "its immediate field is 1 and must be 0");
  CHECK(message_of({0x00000000'0002210f}) == no + "its offset field is 2 and must be 0");
  CHECK(message_of({0x00000000'0000bab7}) == no + "its source register field is 11 and must be 0");
  CHECK(message_of({0x00000000'00000bb7}) == no + "there is no r11, its destination register");
  CHECK(message_of({0x00000000'0000f1bf}) == no + "there is no r15, its source register");
  CHECK(message_of({0x00000000'00000ab7}) == no + "its destination is r10, which cannot be written");
  CHECK(message_of({0x00000000'0003213f}) == no + "its offset field is 3 and must be 0 or 1");
  CHECK(message_of({0x00000018'000001d4}) == no + "its immediate field is 24 and must be 16, 32 or 64");
  CHECK(message_of({0x00000000'00003085}) == no + "its source register field is 3 and must be 0, 1 or 2");
  CHECK(message_of({0x00000000'000040b4}) == no + "its source register field is 4 and must be 0");
  CHECK(message_of({0x00000000'00007118, 0}) == no + "its source register field is 7 and must be 0, 1, 2, 3, 4, 5 or 6");
}

TEST_CASE("decode: a 64-bit load needs its second slot, with nothing but an immediate in it") {
  const std::string no = "slot 0 is no instruction: ";
  CHECK(message_of({0x18}) == no + "a 64-bit load without its second slot");
  CHECK(message_of({0x18, 0x95}) == no + "the second slot of a 64-bit load has other fields than an immediate");
  CHECK(message_of({0x1118, 0x00000001'00000000}) == no + "the second immediate of a map's load must be 0");
  CHECK(message_of({0x5118, 0x00000001'00000000}) == no + "the second immediate of a map's load must be 0");
  CHECK(message_of({0x2118, 0x00000001'00000000}) == "");
}

TEST_CASE("decode: a slot past the end is an error") {
  const insn only = exit().first();
  const result<decoded> what = decode({&only, 1}, 1);
  REQUIRE_FALSE(what);
  CHECK(what.error().why == cause::instruction_invalid);
  CHECK(what.error().first == 1);
}

TEST_CASE("decode: bits that the kernel ignores are accepted, and the text keeps them") {
  const insn exit_with_offset = raw(0x95, 0, 0, 5, 0).first();
  CHECK(match(exit_with_offset) != nullptr);
  CHECK(print({&exit_with_offset, 1}) == ".insn 0x95, 0, 0, 5, 0");
}

TEST_CASE("decode: every opcode with every kind of field is an instruction or an error, and both print") {
  const std::uint8_t registers[] = {0, 1, 9, 10, 11, 15};
  const std::int16_t offsets[] = {0, 1, 2, 8, 16, 32, -1, 32767, -32768};
  const std::int32_t immediates[] = {0,    1,    16,   32,    64,    0x40, 0x41,      0x50,
                                     0xa0, 0xe1, 0xf1, 0x100, 0x110, -1,   INT32_MAX, INT32_MIN};
  std::size_t valid = 0, refused = 0, nameless = 0, contradictions = 0, textless = 0;
  for (unsigned opcode = 0; opcode < 256; ++opcode)
    for (const std::uint8_t dst : registers)
      for (const std::uint8_t src : registers)
        for (const std::int16_t offset : offsets)
          for (const std::int32_t immediate : immediates) {
            const insn slots[] = {raw(static_cast<std::uint8_t>(opcode), dst, src, offset, immediate).first(), {}};
            const result<decoded> what = decode(slots, 0);
            valid += what.has_value();
            refused += !what.has_value();
            nameless += !what && what.error().name.empty();
            contradictions += what.has_value() != (match(slots[0]) != nullptr);
            textless += print(slots).empty();
          }
  CHECK(nameless == 0);
  CHECK(contradictions == 0);
  CHECK(textless == 0);
  CHECK(valid > 0);
  CHECK(valid + refused == 256 * std::size(registers) * std::size(registers) * std::size(offsets) * std::size(immediates));
}

}  // namespace lsmith::tests
