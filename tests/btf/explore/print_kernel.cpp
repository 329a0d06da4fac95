// Compiles the C header of the whole kernel with clang for the bpf target. Every struct must have the size and the offsets that
// it has in the kernel.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <unordered_set>

#include <stdlib.h>
#include <unistd.h>

#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/btf/explore/print.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::btf {
namespace {

constexpr const char* vmlinux = "/sys/kernel/btf/vmlinux";

// One assertion for each size and offset of structs and unions with a name. Later types with the same name are left out,
// because they are printed with another name.
std::string assertions(const types& all, std::size_t& count) {
  std::string text = "#define BPF_NO_PRESERVE_ACCESS_INDEX\n#include \"kernel.h\"\n";
  std::unordered_set<std::string_view> seen;
  for (const type one : all) {
    if (!one.is(composites | enums) || one.name().empty()) continue;
    if (!seen.insert(one.name()).second || !one.is(composites)) continue;
    const std::string tag = std::string(one.what() == kind::union_ ? "union " : "struct ").append(one.name());
    text += "_Static_assert(sizeof(" + tag + ") == " + std::to_string(one.size()) + ", \"" + tag + "\");\n";
    ++count;
    for (const member each : one.members()) {
      if (each.name.empty() || each.bitfield_bits != 0) continue;
      const std::string name(each.name);
      text += "_Static_assert(__builtin_offsetof(" + tag + ", " + name + ") == " + std::to_string(each.bit_offset / 8) + ", \"" +
              tag + "." + name + "\");\n";
      ++count;
    }
  }
  return text;
}

TEST_CASE("kernel header: compiles for the bpf target, with every size and offset of the kernel") {
  if (::access(vmlinux, R_OK) != 0) SKIP("this kernel has no BTF");
  std::string clang;
  for (const char* name : {"clang-19", "clang"})
    if (clang.empty() && std::system((std::string("command -v ") + name + " >/dev/null 2>&1").c_str()) == 0) clang = name;
  if (clang.empty()) SKIP("clang is not installed");

  const types all = types::own(*read_btf_file(vmlinux)).value();
  char directory[] = "/tmp/lsmith-header-XXXXXX";
  REQUIRE(::mkdtemp(directory) != nullptr);
  const std::string here = directory;
  std::size_t count = 0;
  std::ofstream(here + "/kernel.h") << *c_header(all);
  std::ofstream(here + "/assertions.c") << assertions(all, count);
  std::ofstream(here + "/plain.c") << "#include \"kernel.h\"\n";
  CHECK(count > 10'000);

  const std::string compile = clang + " -target bpf -fsyntax-only -Wno-everything -ferror-limit=5 ";
  for (const char* file : {"/assertions.c", "/plain.c"}) {
    const int ended = std::system((compile + here + file + " 2>" + here + "/errors").c_str());
    std::ostringstream errors;
    errors << std::ifstream(here + "/errors").rdbuf();
    CHECK_MESSAGE(ended == 0, errors.str());
  }
  for (const char* file : {"/kernel.h", "/assertions.c", "/plain.c", "/errors"}) ::unlink((here + file).c_str());
  ::rmdir(directory);
}

}  // namespace
}  // namespace lsmith::btf
