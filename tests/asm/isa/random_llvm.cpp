// Compares a hundred thousand random programs with LLVM: it assembles our text to the same bytes, and disassembles those
// bytes to the same text.
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/tests/harness/directory.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;
namespace fs = std::filesystem;

constexpr int programs = 100'000;

struct llvm {
  std::string suffix;
  kernel_version before;  ///< it has the instructions of kernels before this one
};

llvm newest_llvm() {
  for (int version = 40; version >= 19; --version)
    if (std::system(("command -v llvm-mc-" + std::to_string(version) + " >/dev/null").c_str()) == 0)
      return {"-" + std::to_string(version), version > 19 ? kernel_version{99, 0} : kernel_version{6, 15}};
  return {};
}

// Whether LLVM has the same text for the row. Which rows differ: see rows_llvm.cpp.
bool shared(const form& row, const llvm& tool) {
  if (row.since >= tool.before || row.mnemonic.starts_with("ld_ind") || row.mnemonic == "gotol") return false;
  if (row.opcode == ld_imm64_opcode || row.mnemonic.starts_with("call")) return row.src.value == 0;
  return true;
}

class generator {
 public:
  explicit generator(const llvm& tool) {
    for (const form& row : table())
      if (shared(row, tool)) rows_.push_back(&row);
  }

  void append_program(std::vector<insn>& to) {
    for (std::size_t left = 1 + random_() % 8; left > 0; --left) append_instruction(to);
  }

 private:
  std::int32_t any_register(const field_form& field) {
    if (field.rule == field_rule::exactly) return field.value;
    return static_cast<std::int32_t>(random_() % (field.rule == field_rule::writes ? 10 : 11));
  }
  // Half of the numbers are at the ends of ranges, where assemblers differ.
  std::int32_t any_number() {
    constexpr std::int32_t ends[] = {0, 1, -1, 127, 128, -128, 255, 256, INT16_MAX, INT16_MIN, UINT16_MAX, INT32_MAX, INT32_MIN};
    return random_() % 2 ? static_cast<std::int32_t>(random_()) : ends[random_() % std::size(ends)];
  }

  void append_instruction(std::vector<insn>& to) {
    const form& row = *rows_[random_() % rows_.size()];
    insn made = {row.opcode, 0, row.offset.value, row.immediate.value};
    made.registers = static_cast<std::uint8_t>(any_register(row.src) << 4 | any_register(row.dst));
    if (row.offset.rule == field_rule::anything) made.offset = static_cast<std::int16_t>(any_number());
    if (row.immediate.rule == field_rule::anything) made.immediate = fitting(row, any_number());
    to.push_back(made);
    if (row.opcode == ld_imm64_opcode) to.push_back({0, 0, 0, any_number()});
  }

  // A number that is stored to a byte or half word must fit it, and a helper's number is not negative.
  static std::int32_t fitting(const form& row, std::int32_t value) {
    if (row.opcode == (opclass::st | access_mode::mem | access_size::b)) return static_cast<std::int8_t>(value);
    if (row.opcode == (opclass::st | access_mode::mem | access_size::h)) return static_cast<std::int16_t>(value);
    if (row.mnemonic == "call") return value & INT32_MAX;
    return value;
  }

  std::vector<const form*> rows_;
  std::mt19937_64 random_{7};
};

void run(const std::string& command) { REQUIRE_MESSAGE(std::system(command.c_str()) == 0, command); }

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every instruction on a line of its own, as llvm-mc prints it.
std::string text_of(const std::vector<insn>& code) {
  std::string text;
  for (std::uint32_t slot = 0; slot < code.size();) {
    slot += print_at(code, slot, {}, text);
    text += '\n';
  }
  return text;
}

void write_digits(const std::vector<insn>& code, const std::string& path) {
  std::ofstream file(path);
  file << std::hex;
  for (const insn& slot : code)
    for (unsigned i = 0; i < 8; ++i) file << "0x" << (slot.raw() >> 8 * i & 0xff) << (i == 7 ? '\n' : ',');
}

}  // namespace

TEST_CASE("llvm-mc: 100000 random programs have the same bytes and the same text there and here") {
  const llvm tool = newest_llvm();
  REQUIRE_MESSAGE(!tool.suffix.empty(), "llvm-mc is not installed");
  generator random(tool);
  std::vector<insn> code;
  for (int i = 0; i < programs; ++i) random.append_program(code);
  const std::string text = text_of(code);

  const tests::temporary_directory work;
  const std::string base = work.path + "/all", mc = "llvm-mc" + tool.suffix + " -triple=bpfel -mcpu=v4 ";
  std::ofstream(base + ".s") << text;
  run(mc + "-filetype=obj " + base + ".s -o " + base + ".o && llvm-objcopy" + tool.suffix + " -O binary --only-section=.text " +
      base + ".o " + base + ".bin");
  const std::string theirs = content_of(base + ".bin");
  REQUIRE(theirs.size() == code.size() * sizeof(insn));
  std::size_t other_bytes = 0;
  for (std::size_t i = 0; i < code.size(); ++i)
    other_bytes += std::memcmp(&code[i], theirs.data() + i * sizeof(insn), sizeof(insn)) != 0;
  CHECK(other_bytes == 0);

  write_digits(code, base + ".hex");
  run(mc + "-disassemble " + base + ".hex 2>" + base + ".err | sed -e 's/^\\t*//' -e '/^[.]text/d' -e 's/\\t/ /g' >" + base +
      ".text");
  CHECK(content_of(base + ".err").empty());
  CHECK_MESSAGE(content_of(base + ".text") == text, "the texts differ; the files are made by this test");
}

}  // namespace lsmith::tests
