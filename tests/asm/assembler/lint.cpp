// Code that is legal to write and almost never intended: each warning with its message and its line.
#include <doctest/doctest.h>

#include <string>

#include <lsmith/asm/disasm/lint.hpp>
#include <lsmith/asm/text/parse.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

std::string warnings(std::string_view source) {
  const checked<code> made = text::parse_code(source, "t.s");
  REQUIRE(made);
  return to_string(lint(made->insns, made->lines, made->functions));
}

struct warned {
  std::string_view source;
  std::string_view says;
};

const warned all[] = {
    {"r0 = 0\nexit", ""},
    {"r0 = 0\ngoto +5\n", "t.s:2:1: this goes to slot 7, where no instruction of its function begins; the program has 2 slots"},
    {"goto -2\n", "t.s:1:1: this goes to slot -1, where no instruction of its function begins; the program has 1 slots"},
    {"goto +1\nr1 = 5 ll\nexit",
     "t.s:1:1: this goes to slot 2, where no instruction of its function begins; the program has 4 slots\n"
     "t.s:2:1: no path leads to these instructions (3 slots from slot 1)"},
    {"call pc+9\nexit", "t.s:1:1: this goes to slot 10, where no instruction of its function begins; the program has 2 slots"},
    {"r0 = 0\n", "t.s:1:1: the function runs on past its last instruction; end it with exit or a jump"},
    {"if r0 == 1 goto +0\n",
     "t.s:1:1: this goes to slot 1, where no instruction of its function begins; the program has 1 slots\n"
     "t.s:1:1: the function runs on past its last instruction; end it with exit or a jump"},
    {"exit\nr0 = 1\nr0 = 2\nexit", "t.s:2:1: no path leads to these instructions (3 slots from slot 1)"},
    {"again: goto again\n", ""},
    {"gotol +1\nr0 = 1\nexit", "t.s:2:1: no path leads to these instructions (1 slots from slot 1)"},
    {"call f\nexit\n.function f\nr0 = 0\n",
     "t.s:4:1: the function runs on past its last instruction; end it with exit or a jump"},
    {"call f\ngoto f\n.function f\nr0 = 0\nexit",
     "t.s:2:1: this goes to slot 2, where no instruction of its function begins; the program has 4 slots"},
    {"r1 = function(f) ll\nexit\n.function f\nexit", ""},
    {".insn 0xb7, 10, 0, 0, 0\nexit", "t.s:1:1: r10, the frame pointer, is written here; the kernel refuses that"},
    {".insn 0x79, 10, 1, 0, 0\nexit", "t.s:1:1: r10, the frame pointer, is written here; the kernel refuses that"},
    {".insn 0xdb, 1, 10, 0, 1\nexit", "t.s:1:1: r10, the frame pointer, is written here; the kernel refuses that"},
    {"r0 = cmpxchg_64(r1 + 0, r0, r10)\nexit", ""},  // r0 is written, r10 is only stored
    {"*(u64 *)(r10 - 8) = r1\nexit", ""},
    {"*(u64 *)(r10 - 7) = r1\nexit", "t.s:1:1: this is 8 bytes at r10 -7; the stack is the 512 bytes below r10"},
    {"r1 = *(u8 *)(r10 - 513)\nexit", "t.s:1:1: this is 1 bytes at r10 -513; the stack is the 512 bytes below r10"},
    {"*(u32 *)(r10 + 0) = 1\nexit", "t.s:1:1: this is 4 bytes at r10 0; the stack is the 512 bytes below r10"},
    {"r1 = load_acquire((u64 *)(r10 + 8))\nexit", "t.s:1:1: this is 8 bytes at r10 8; the stack is the 512 bytes below r10"},
    {"r1 = load_acquire((u64 *)(r10 - 8))\nexit", ""},
    {".insn 0x8d, 0, 0, 0, 0\nexit", ".insn"},
    {"gotox r1\nr0 = 0\nexit", ""},
};

}  // namespace

TEST_CASE("lint: each warning has its message and its line") {
  for (const warned& one : all) {
    CAPTURE(one.source);
    if (one.says == ".insn") CHECK(warnings(one.source) == "t.s:1:1: slot 0 is no instruction: no instruction has opcode 0x8d");
    else CHECK(warnings(one.source) == one.says);
  }
}

TEST_CASE("lint: accepts any bytes, and a program that ends within a 64-bit load") {
  const insn cut[] = {insn::of_raw(0x18)};
  CHECK(lint(cut).size() == 2);
  CHECK(lint({}).empty());
}

}  // namespace lsmith::tests
