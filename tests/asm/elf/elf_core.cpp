// Object files for other loaders: they are written with a kernel's types, and read back as an object for any kernel.
#include <doctest/doctest.h>

#include <string>

#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/asm/text/write.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::tests {
namespace {

// Every kind of relocation that the sample kernel resolves, in every kind of instruction that can have one.
constexpr std::string_view source = R"(.license "GPL"
.map lost, array, 4, 8, 1
.constant uid, 1000
.constant big, 5000000000
.program deny, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  r7 = *(u64 *)(r1 + previous_retval())
  if w6 == constant(uid) goto L1
  r8 = *(u32 *)(r6 + field(file, f_mode))
  *(u64 *)(r6 + field(file, many[2].dentry)) = r8
  *(u8 *)(r6 + field(file, name[3])) = 5
  r6 += field(file, second)
  w6 = type_size(file)
  r5 = field_lshift(file, high) ll
  r4 = constant(big) ll
  r3 = enumerator(wide_enum, WIDE) ll
  r2 = field_exists(file, f_path.dentry)
  r1 = map_fd(lost) ll
  call kfunc(bpf_lsm_init)
  call count
L1:
  exit
.function count
  r0 = field_size(file___mine, many)
  r1 = type_id(path)
  exit
.program other, stream, sleepable
  r2 = *(u64 *)(r1 + argument(last))
  r3 = *(u64 *)(r1 + argument(last))
  exit
)";

struct kernel {
  std::vector<std::byte> bytes = sample_bytes();
  btf::types all = *btf::types::parse(bytes);
};

object assembled(std::string_view text) {
  checked<object> whole = isa::text::parse(text, "sample.s");
  REQUIRE_MESSAGE(whole, to_string(whole.error()));
  return *std::move(whole);
}

std::string complaint(std::string_view text) {
  const kernel known;
  const auto file = write_elf(assembled(text), {.kernel = &known.all, .kernel_name = "sample"});
  return file ? std::string() : to_string(file.error());
}

}  // namespace

TEST_CASE("elf: an object that is written for a kernel is read back equal, with its relocations unresolved") {
  const kernel known;
  const object whole = assembled(source);
  const auto file = write_elf(whole, {.kernel = &known.all, .kernel_name = "sample 1.0"});
  REQUIRE_MESSAGE(file, to_string(file.error()));
  const auto again = read_elf(*file);
  REQUIRE_MESSAGE(again, to_string(again.error()));
  CHECK(isa::text::write(again->content) == isa::text::write(whole));
  REQUIRE(again->content.programs.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const program &a = again->content.programs[i], &b = whole.programs[i];
    CHECK(a.code == b.code);
    CHECK(a.lines.size() == b.lines.size());
    REQUIRE(a.relocations.size() == b.relocations.size());
    for (std::size_t j = 0; j < a.relocations.size(); ++j) {
      CHECK(a.relocations[j].slot == b.relocations[j].slot);
      CHECK(a.relocations[j].kind == b.relocations[j].kind);
      CHECK(a.relocations[j].type == b.relocations[j].type);
      CHECK(a.relocations[j].name == b.relocations[j].name);
      CHECK(std::string_view(a.relocations[j].where.file) == b.relocations[j].where.file);
      CHECK(a.relocations[j].where.line == b.relocations[j].where.line);
    }
  }
  const auto for_none = read_elf(*write_elf(whole));
  REQUIRE(for_none);
  CHECK(for_none->kernel.empty());
  CHECK(for_none->resolved.empty());
}

TEST_CASE("elf: the file names the kernel it was written for, and the values that other kernels must have") {
  const kernel known;
  const auto file = write_elf(assembled(source), {.kernel = &known.all, .kernel_name = "sample 1.0"});
  const auto again = read_elf(*file);
  REQUIRE(again);
  CHECK(again->kernel == "sample 1.0");
  const std::vector<resolved_name> expected = {{"argument(family) of socket_create", 0},
                                               {"previous_retval() of socket_create", 32},
                                               {"argument(last) of stream", 24}};
  CHECK(again->resolved == expected);
}

TEST_CASE("elf: a type that is written with its keyword is read back with it") {
  const kernel known;
  object whole = assembled(".program a, socket_create\nr0 = type_size(file)\nexit\n");
  whole.programs[0].relocations[0].type = "struct file";
  const auto again = read_elf(*write_elf(whole, {.kernel = &known.all}));
  REQUIRE(again);
  CHECK(again->content.programs[0].relocations[0].type == "struct file");
}

TEST_CASE("elf: what the kernel does not have is a fault at the line that needs it") {
  CHECK(complaint(".program a, socket_create\nr0 = field_exists(file, f_path.nothing)\nexit\n") ==
        "sample.s:2:1: the kernel that the object is written for has no 'f_path.nothing' in file, so the file cannot represent this relocation; give the types of a kernel that has it");
  CHECK(complaint(".program a, socket_create\nr0 = *(u8 *)(r1 + field(file, f_mod))\nexit\n") ==
        "sample.s:2:1: struct file has no member 'f_mod'");
  CHECK(complaint(".program a, socket_made\nr0 = 0\nexit\n").starts_with("there is no LSM hook 'socket_made'"));
}

TEST_CASE("elf: a file for a kernel with any byte changed is rejected with a fault, or read as a valid object") {
  const kernel known;
  const std::vector<std::byte> file = *write_elf(assembled(source), {.kernel = &known.all, .kernel_name = "sample 1.0"});
  std::size_t rejected = 0, unsound = 0;
  for (std::size_t at = 0; at < file.size(); ++at)
    for (const unsigned change : {0x01u, 0x80u, 0xffu}) {
      std::vector<std::byte> damaged = file;
      damaged[at] ^= std::byte(change);
      const auto got = read_elf(damaged);
      rejected += !got;
      unsound += got ? !check(got->content).empty() : to_string(got.error()).empty();
    }
  CHECK(rejected > 0);
  CHECK(unsound == 0);
}

}  // namespace lsmith::tests
