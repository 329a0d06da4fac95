// What llvm-objdump prints is assembled as it was pasted, and has the bytes of the object file. The object is clang's.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/process.hpp>
#include <lsmith/tests/harness/skip.hpp>

using namespace lsmith::tests;

namespace {

/// Every kind of instruction that clang makes without a relocation.
constexpr const char* source = R"c(
typedef unsigned long u64;
typedef unsigned int u32;
#define SEC(x) __attribute__((section(x), used))
SEC("lsm/socket_create") int deny(u64 *ctx) {
  int family = ctx[0];
  u64 big = 0x123456789abcdefUL;
  u64 now = ((u64 (*)(void))5)();
  if (family == 38) return -1;
  if (now == big) return -2;
  return ((long (*)(u64, u64, u64))149)(now, big, 3) < 0 ? -1 : 0;
}
SEC("lsm/file_open") int sum(u64 *ctx) {
  volatile char buffer[64];
  u64 total = 0;
  for (u64 i = 0; i < ctx[1] % 64; ++i) buffer[i] = (char)(i * ctx[0] >> 3);
  for (u32 i = 0; i < 64; ++i) total += buffer[i] ^ (u32)total / 7;
  __sync_fetch_and_add((u64 *)ctx[2], total);
  return (int)total;
}
)c";

/// What the command prints; empty if it fails.
std::string output_of(const std::string& command) {
  process shell({"/bin/sh", "-c", command});
  return shell.finish() == 0 ? shell.out() : std::string();
}

bool has(const std::string& tool) { return std::system(("command -v " + tool + " >/dev/null 2>&1").c_str()) == 0; }

/// The bytes of a section in the form of `lsmith asm --hex`.
std::string section_of(const std::string& object, const std::string& section, const std::string& scratch) {
  REQUIRE(std::system(("llvm-objcopy-19 -O binary --only-section=" + section + " " + object + " " + scratch).c_str()) == 0);
  std::ifstream file(scratch, std::ios::binary);
  std::string text;
  unsigned count = 0;
  for (char byte; file.get(byte); ++count) {
    char digits[4];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text += digits + std::string(count % 8 == 7 ? "\n" : " ");
  }
  return text;
}

}  // namespace

TEST_CASE("listings: what llvm-objdump prints of clang's programs is assembled to the bytes of the object") {
  if (!has("clang-19") || !has("llvm-objcopy-19")) SKIP("clang-19 and llvm-19 are not installed");
  const temporary_directory files;
  std::ofstream(files / "programs.c") << source;
  unsigned compared = 0;
  for (const std::string& how : std::vector<std::string>{"-O2 -mcpu=v3", "-O2 -mcpu=v1", "-O1 -mcpu=v4"}) {
    const std::string object = files / "programs.o";
    REQUIRE(std::system(("clang-19 --target=bpf " + how + " -g -c " + (files / "programs.c") + " -o " + object).c_str()) == 0);
    for (const char* tool : {"llvm-objdump-19", "llvm-objdump-22"})
      for (const char* options : {"-d", "-d -S", "-d --no-show-raw-insn"})
        for (const char* section : {"lsm/socket_create", "lsm/file_open"}) {
          if (!has(tool)) continue;
          CAPTURE(how);
          CAPTURE(options);
          CAPTURE(section);
          const bool calls = std::string(section) == "lsm/socket_create";
          if (calls && std::string(options).find("--no-show") != std::string::npos)
            continue;  // a helper's call looks like a function's
          const std::string dump = output_of(std::string(tool) + " " + options + " -j " + section + " " + object);
          REQUIRE(!dump.empty());
          std::ofstream(files / "dump.txt") << dump;
          const outcome made = lsmith_says({"asm", files / "dump.txt", "--hex"});
          CHECK_MESSAGE(made.status == 0, made.err);
          CHECK(made.out == section_of(object, section, files / "bytes"));
          ++compared;
        }
  }
  CHECK(compared >= 15);
}

TEST_CASE("listings: a call that only a relocation completes is a fault at its line") {
  const temporary_directory files;
  std::ofstream(files / "dump.txt")
      << "p.o:\tfile format elf64-bpf\n\nDisassembly of section .text:\n\n0000000000000000 <p>:\n"
         "       0:\t85 10 00 00 ff ff ff ff\tcall -0x1\n       1:\t95 00 00 00 00 00 00 00\texit\n";
  const outcome made = lsmith_says({"asm", files / "dump.txt", "--hex"});
  CHECK(made.status == 1);
  CHECK(contains(made.err, "dump.txt:6:11: expected a call that needs no relocation"));
}

TEST_CASE("listings: bytes that are cut, or too many, are no instruction") {
  const temporary_directory files;
  for (const char* line :
       {"0:\t95 00 00 00 00 00 00\texit\n", "0:\t95 00 00 00 00 00 00 00 00\texit\n", "0:\t95 00 00 00 00 00 00 0\n",
        "0:\t18 01 00 00 ef cd ab 89\tr1 = 0 ll\n", "0:\t95 00 00 00 00 00 00 00 95 00 00 00 00 00 00 00\texit\n"}) {
    CAPTURE(line);
    std::ofstream(files / "dump.txt") << line;
    CHECK(lsmith_says({"asm", files / "dump.txt", "--hex"}).status == 1);
  }
  std::ofstream(files / "dump.txt") << "Disassembly of section\nr0 = 0\nexit\n";
  CHECK(lsmith_says({"asm", files / "dump.txt", "--hex"}).status == 1);
}
