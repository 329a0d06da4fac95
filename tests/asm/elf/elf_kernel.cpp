// Object files in other tools: llvm-objdump shows code and lines, and bpftool reads the types. libbpf, which bpftool contains,
// fails to load a file with a relocation that only lsmith can resolve, and its error names the relocation.
#include <doctest/doctest.h>

#include <fstream>

#include <unistd.h>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace lsmith::tests {
namespace {

struct object_on_disk {
  std::string path = "/tmp/lsmith-object-" + std::to_string(getpid()) + ".o";
  explicit object_on_disk(std::string_view text) : object_on_disk(isa::text::parse(text, "policy.s").value()) {}
  explicit object_on_disk(const object& whole) {
    const auto file = write_elf(whole);
    REQUIRE_MESSAGE(file, to_string(file.error()));
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(file->data()), static_cast<std::streamsize>(file->size()));
  }
  ~object_on_disk() { unlink(path.c_str()); }
};

std::string output_of(const std::string& command) {
  process tool({"/bin/sh", "-c", command});
  tool.finish();
  return tool.out() + tool.err();
}

constexpr std::string_view plain = R"(.license "GPL"
.map seen, array, 4, 8, 1
.program deny_alg, socket_create
  r6 = *(u64 *)(r1 + 0)
  if w6 != 38 goto out
  call count
  r0 = -1
  exit
out:
  r0 = 0
  exit
.function count
  r1 = map_fd(seen) ll
  r0 = 0
  exit
)";

}  // namespace

TEST_CASE("elf: llvm-objdump shows code, lines, relocations and functions") {
  const object_on_disk made(plain);
  const std::string text = output_of("llvm-objdump-19 -d -S -r " + made.path);
  CAPTURE(text);
  for (const std::string_view part :
       {"Disassembly of section lsm/socket_create:", "<deny_alg>:", "; policy.s:4: r6 = *(u64 *)(r1 + 0)",
        "if w6 != 0x26 goto +0x3 <deny_alg+0x28>", "R_BPF_64_32\tcount", "Disassembly of section .text:", "<count>:",
        "R_BPF_64_64\tseen", "; policy.s:15: exit"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
  CHECK(text.find("error") == std::string::npos);
}

TEST_CASE("elf: llvm-objdump shows the C++ statements of a program that is written in C++") {
  using namespace isa;
  assembler a;
  const auto line = std::source_location::current().line();
  a({mov(r0, 0)});   // the first
  a({exit()});       // and the last
  const object_on_disk made(object{.programs = {make_program("from_cpp", "file_open", *std::move(a).finish())}});
  const std::string text = output_of("llvm-objdump-19 -d -S " + made.path);
  CAPTURE(text);
  const std::string start = "; elf_kernel.cpp:";
  CHECK(text.find(start + std::to_string(line + 1) + ": a({mov(r0, 0)});   // the first") != std::string::npos);
  CHECK(text.find(start + std::to_string(line + 2) + ": a({exit()});       // and the last") != std::string::npos);
}

TEST_CASE("elf: bpftool reads the types of the file") {
  const object_on_disk made(plain);
  const std::string text = output_of("bpftool btf dump file " + made.path);
  CHECK(text.find("FUNC 'deny_alg' type_id=") != std::string::npos);
  CHECK(text.find("FUNC 'count' type_id=") != std::string::npos);
  CHECK(text.find("DATASEC '.maps' size=32 vlen=1") != std::string::npos);
}

TEST_CASE("elf: a loader that cannot resolve a relocation fails, and its error names the relocation") {
  const object_on_disk made(".program deny_alg, socket_create\n  r6 = *(u64 *)(r1 + argument(family))\n  r0 = 0\n  exit\n");
  const std::string text = output_of("bpftool prog load " + made.path + " /sys/fs/bpf/lsmith-must-not-load");
  CAPTURE(text);
  CHECK(text.find("argument(family)") != std::string::npos);
  CHECK(text.find("Error") != std::string::npos);
}

}  // namespace lsmith::tests
