// Tests every instruction in four ways: it is encoded, decoded, and printed in both forms.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/tests/asm/isa/rows.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

std::vector<insn> slots_of(const row& one) {
  std::vector<insn> slots = {insn::of_raw(one.first)};
  if (one.written.what == operation::kind::wide) slots.push_back(insn::of_raw(one.second));
  return slots;
}

std::string opcode_in_brackets(const insn& slot) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'(', digits[slot.opcode >> 4], digits[slot.opcode & 15], ')', ' '};
}

}  // namespace

TEST_CASE("instruction table: every row's listing gives its bytes") {
  for (const row& one : rows()) {
    CAPTURE(one.text);
    assembler a;
    a({one.written});
    const checked<code> made = std::move(a).finish();
    REQUIRE_MESSAGE(made, to_string(made.error()));
    CHECK(made->insns == slots_of(one));
  }
}

TEST_CASE("instruction table: every row's bytes decode to the mnemonic that wrote them") {
  for (const row& one : rows()) {
    CAPTURE(one.text);
    const std::vector<insn> slots = slots_of(one);
    const result<decoded> what = decode(slots, 0);
    REQUIRE_MESSAGE(what, to_string(what.error()));
    CHECK(what->slots == slots.size());
    const bool is_call = what->row->mnemonic.starts_with("call");
    CHECK((is_call || what->row->mnemonic == one.written.mnemonic));
  }
}

TEST_CASE("instruction table: every row's bytes print as its text, in LLVM's form and in the kernel's") {
  for (const row& one : rows()) {
    CHECK(print(slots_of(one)) == one.text);
    CHECK(print(slots_of(one), {.form = text_form::kernel}) ==
          opcode_in_brackets(insn::of_raw(one.first)) + std::string(one.kernel_text.empty() ? one.text : one.kernel_text));
  }
}

TEST_CASE("instruction table: the test's rows cover every row of the table") {
  std::set<const form*> reached;
  for (const row& one : rows()) reached.insert(match(insn::of_raw(one.first)));
  for (const form& one : table()) CHECK_MESSAGE(reached.contains(&one), one.mnemonic << ": " << one.text);
}

TEST_CASE("instruction table: no bytes match two rows") {
  const auto apart = [](const field_form& a, const field_form& b) {
    return a.rule == field_rule::exactly && b.rule == field_rule::exactly && a.value != b.value;
  };
  for (const form& a : table())
    for (const form& b : forms_of(a.opcode))
      CHECK((&a == &b || apart(a.src, b.src) || apart(a.offset, b.offset) || apart(a.immediate, b.immediate)));
}

}  // namespace lsmith::tests
