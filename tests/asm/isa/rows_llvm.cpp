// Compares with LLVM as an independent implementation: its assembler makes the same bytes from our text, and its disassembler
// the same text from our bytes, for every instruction that both have.
#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/tests/asm/isa/rows.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

struct output {
  int status;
  std::vector<std::string> lines;
};

output run(const std::string& command) {
  output made{0, {}};
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 512> line;
  while (fgets(line.data(), line.size(), pipe) != nullptr) {
    made.lines.emplace_back(line.data());
    while (made.lines.back().ends_with('\n')) made.lines.back().pop_back();
  }
  made.status = pclose(pipe);
  return made;
}

// The newest LLVM that is installed. It has the instructions of kernels before `before`: LLVM 19 of those before 6.15.
struct llvm {
  int version = 0;
  kernel_version before = {};
};

llvm newest_llvm() {
  for (int version = 40; version >= 19; --version)
    if (run("command -v llvm-mc-" + std::to_string(version)).status == 0)
      return {version, version > 19 ? kernel_version{99, 0} : kernel_version{6, 15}};
  return {};
}

struct temporary {
  std::string path = "/tmp/lsmith-XXXXXX";
  temporary() { close(mkstemp(path.data())); }
  ~temporary() { unlink(path.c_str()); }
};

std::string bytes_of(std::uint64_t bits) {
  std::string text;
  for (int i = 0; i < 8; ++i, bits >>= 8) {
    char hex[8];
    std::snprintf(hex, sizeof hex, "0x%02x", static_cast<unsigned>(bits & 0xff));
    text += (i == 0 ? "" : ",") + std::string(hex);
  }
  return text;
}

std::string bytes_of(const row& one) {
  const bool wide = one.written.what == operation::kind::wide;
  return bytes_of(one.first) + (wide ? "," + bytes_of(one.second) : "");
}

// Whether LLVM has the same text for the row. For some it has another one or none: calls of the program's own functions and of
// kfuncs are relocations there, a packet index in addition to a register has no text, 64-bit pseudo loads take 32 bits and
// gotol 16.
bool same_text(const row& one) {
  const insn slot = insn::of_raw(one.first);
  const form& is = *match(slot);
  if (is.mnemonic.starts_with("call")) return slot.src() == call_source::helper;
  if (is.mnemonic.starts_with("ld_ind")) return slot.immediate == 0;
  if (is.mnemonic == "gotol") return slot.immediate == static_cast<std::int16_t>(slot.immediate);
  return one.second == 0 || slot.src() == pseudo_source::number;
}

std::vector<const row*> shared_rows(const llvm& tool) {
  std::vector<const row*> shared;
  for (const row& one : rows())
    if (same_text(one) && match(insn::of_raw(one.first))->since < tool.before) shared.push_back(&one);
  return shared;
}

}  // namespace

TEST_CASE("llvm-mc: makes the same bytes of every row's text") {
  const llvm tool = newest_llvm();
  REQUIRE_MESSAGE(tool.version != 0, "llvm-mc is not installed");
  const std::vector<const row*> shared = shared_rows(tool);
  temporary text;
  std::ofstream file(text.path);
  for (const row* one : shared) file << one->text << '\n';
  file.close();
  const output got = run("llvm-mc-" + std::to_string(tool.version) + " -triple bpfel -mcpu=v4 -show-encoding " + text.path +
                         " 2>&1 | sed -n 's/.*# encoding: \\[\\(.*\\)\\]/\\1/p'");
  REQUIRE(got.lines.size() == shared.size());
  for (std::size_t i = 0; i < shared.size(); ++i) {
    CAPTURE(shared[i]->text);
    CHECK(got.lines[i] == bytes_of(*shared[i]));
  }
}

TEST_CASE("llvm-mc: reads every row's bytes as the same text") {
  const llvm tool = newest_llvm();
  REQUIRE_MESSAGE(tool.version != 0, "llvm-mc is not installed");
  const std::vector<const row*> shared = shared_rows(tool);
  temporary text;
  std::ofstream file(text.path);
  for (const row* one : shared) file << bytes_of(*one) << '\n';
  file.close();
  const output got = run("llvm-mc-" + std::to_string(tool.version) + " -triple bpfel -mcpu=v4 -disassemble " + text.path +
                         " 2>&1 | tr '\\t' ' ' | sed 's/^ *//' | grep -v '^[.]text'");
  REQUIRE(got.lines.size() == shared.size());
  for (std::size_t i = 0; i < shared.size(); ++i) CHECK(got.lines[i] == shared[i]->text);
}

TEST_CASE("llvm-mc: compares all but a few rows") {
  const llvm tool = newest_llvm();
  REQUIRE_MESSAGE(tool.version != 0, "llvm-mc is not installed");
  const std::size_t unknown = tool.version > 19 ? 0 : 9;  // gotox and four widths of load_acquire and store_release
  std::size_t otherwise = 0;
  for (const row& one : rows()) otherwise += !same_text(one);
  CHECK(shared_rows(tool).size() + otherwise + unknown == rows().size());
  CHECK(otherwise < 15);
}

}  // namespace lsmith::tests
