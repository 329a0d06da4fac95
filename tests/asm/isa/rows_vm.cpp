// Tests the instruction table against the verifier, its strongest judge. Each row is loaded in a program around it. This
// kernel must accept the rows that it is new enough for, reject later ones, print them in its log as we do, and return them
// unchanged except for what it is known to rewrite.
#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/loader/inspect/loaded_program.hpp>
#include <lsmith/tests/asm/isa/kernel_judge.hpp>
#include <lsmith/tests/asm/isa/minimal_program.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

std::string name_of(const form& row) {
  return std::string(row.mnemonic) + " (" + std::string(row.text) + ", source " + std::to_string(row.src.value) + ")";
}

// A kernel whose BTF or symbols contain no variables has the instruction, but no variable to load with it.
bool lacks_variables(const std::string& log) {
  return log.find("failed to find the address for kernel symbol") != log.npos || log.find("isn't KIND_VAR") != log.npos;
}

// The log shows addresses in place of a map's file descriptor or a variable's id, and a kfunc's name.
bool says_the_same(const form& row, const std::string& logged, const std::string& ours) {
  if (const carried_back* here = carried_here(row)) return logged == here->logged;
  if (row.opcode == ld_imm64_opcode && row.src.value != pseudo_source::number) return logged.starts_with("(18) r");
  if (row.mnemonic != "call_kfunc") return logged == ours;
  return logged.starts_with("(85) call bpf_") && logged.ends_with(ours.substr(ours.find('#')));
}

using instruction = std::array<insn, 2>;  // the second slot is zero except for a 64-bit load

instruction instruction_at(std::span<const insn> code, std::uint32_t slot) {
  const bool wide = code[slot].opcode == ld_imm64_opcode && slot + 1 < code.size();
  return {code[slot], wide ? code[slot + 1] : insn{}};
}

bool met_its_fate(const form& row, const instruction& written, const instruction& kept) {
  const bool same_register = written[0].opcode == kept[0].opcode && written[0].dst() == kept[0].dst();
  switch (fate_of(row)) {
    case fate::kept:
    case fate::followed: return written == kept;
    case fate::numbers_replaced: return same_register && written != kept;
    case fate::rewritten: return written != kept;
  }
  return false;
}

}  // namespace

TEST_CASE("verifier: accepts every row that its kernel has, and rejects later ones") {
  for (const form& row : table()) {
    const minimal_program made = minimal_program_of(row);
    const bool loaded = load(made).has_value();
    if (loaded == known_here(row)) continue;
    const std::string log = log_of(made);
    CHECK_MESSAGE(lacks_variables(log), name_of(row), loaded ? " is taken" : " is refused", "\n", log);
  }
}

TEST_CASE("verifier: its log prints every row in the kernel's form") {
  for (const form& row : table()) {
    if (!known_here(row)) continue;
    const minimal_program made = minimal_program_of(row);
    const std::string log = log_of(made);
    auto logged = instructions_of(log);
    std::string ours;
    print_at(made.code, made.slot, {.form = text_form::kernel}, ours);
    CHECK_MESSAGE((says_the_same(row, logged[made.slot], ours) || lacks_variables(log)), name_of(row), "\n", logged[made.slot],
                  "\n", ours);
  }
}

TEST_CASE("kernel: returns every row unchanged, except for what it is known to rewrite") {
  for (const form& row : table()) {
    const minimal_program made = minimal_program_of(row);
    const auto loaded = load(made);
    if (!loaded) continue;  // the first test says whether it should be
    const auto kept = loader::read_program(*loaded);
    REQUIRE(kept);
    REQUIRE(kept->code.size() > made.slot);
    std::string ours, theirs;
    print_at(made.code, made.slot, {}, ours);
    print_at(kept->code, made.slot, {}, theirs);
    const bool met = met_its_fate(row, instruction_at(made.code, made.slot), instruction_at(kept->code, made.slot));
    CHECK_MESSAGE(met, name_of(row), "\n", ours, "\n", theirs);
  }
}

}  // namespace lsmith::tests
