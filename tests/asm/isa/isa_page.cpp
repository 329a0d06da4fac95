// docs/isa.md is the instruction table as a page. With LSMITH_WRITE_PAGES set, the test writes the page before it compares.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <lsmith/asm/isa/table.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

constexpr std::string_view introduction = R"(# Instructions

Every instruction that lsmith supports, one row each, in the order of opcodes. This page is generated from the table that
the assembler, the disassembler and the text grammar use (asm/isa/table.cpp); a test compares it with that table.

The text is in LLVM's form. `rD` and `wD` are the destination, `rS` and `wS` the source. `off` is the offset, `imm` the
immediate, and `imm64` both immediates of a 64-bit load. A field that is not in the text must have the value in its
column; a dot means zero. `kernel` is the first release whose verifier accepts the instruction. `group` is the conformance
group of RFC 9669.

| opcode | src | offset | immediate | text | C++ | kernel | group |
|---|---|---|---|---|---|---|---|
)";

std::string hex(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string("0x") + digits[byte >> 4] + digits[byte & 15];
}

std::string field_text(const field_form& field, std::string_view any) {
  switch (field.rule) {
    case field_rule::exactly: return field.value == 0 ? "." : std::to_string(field.value);
    case field_rule::ignored: return ".";
    case field_rule::anything:
    case field_rule::reads:
    case field_rule::writes: break;
  }
  return std::string(any);
}

std::string_view word_of(char field) {
  switch (field) {
    case 'D': return "rD";
    case 'd': return "wD";
    case 'S': return "rS";
    case 's': return "wS";
    case 'o': return " + off";
    case 'x': return " + imm";
    case 'i':
    case 'h': return "imm";
    case 'w': return "imm64";
    case 'p': return "src";
    case 'a': return "imm >> 16";
    case 'b': return "imm & 0xffff";
    case 'j': return "+off";
    case 'l': return "+imm";
    case 'c': return "pc+imm";
    case 'f': return "imm";
    case 'k': return "kfunc#imm, off";
    default: return "?";
  }
}

std::string spelled(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '|') out += "\\|";
    else if (text[i] != '{') out += text[i];
    else out += word_of(text[i + 1]), i += 2;
  }
  return out;
}

std::string page() {
  std::ostringstream out;
  out << introduction;
  for (const form& row : table())
    out << "| `" << hex(row.opcode) << "` | " << field_text(row.src, "rS") << " | " << field_text(row.offset, "off") << " | "
        << field_text(row.immediate, "imm") << " | `" << spelled(row.text) << "` | `" << row.mnemonic << "` | "
        << int{row.since.major} << '.' << int{row.since.minor} << " | " << name_of(row.group) << " |\n";
  return out.str();
}

}  // namespace

TEST_CASE("docs/isa.md is the instruction table") {
  const char* const path = "docs/isa.md";
  if (std::getenv("LSMITH_WRITE_PAGES") != nullptr) std::ofstream(path) << page();
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  CHECK_MESSAGE(written == page(), "run this test with LSMITH_WRITE_PAGES=1 to write the page anew");
}

}  // namespace lsmith::tests
