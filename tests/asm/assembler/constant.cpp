// Programs that the compiler assembles: the code is the same as at run time, and the binary contains nothing of the
// assembler.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <lsmith/asm/assembler/constant.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;
namespace fs = std::filesystem;

constexpr auto write_sample = [](assembler& a) {
  const label out = a.new_label("out"), count = a.new_label("count");
  a({load(r6, mem64[r1 + argument("family")]), jne(w6, constant("family"), out), call(count), mov(w0, -1), exit(), bind(out),
     mov(w0, 0), exit()});
  a({function(count), ld_imm64(r1, map_fd("seen")), load(r2, mem32[r6 + field("sock", "sk_flags")]), exit()});
};

constexpr auto bare = constant_program<write_sample>;
constexpr auto full = constant_program<write_sample, line_info::keep>;
static_assert(bare.insns.size() == 11 && bare.insns[1].raw() == 0x00000000'00030656);
static_assert(bare.names.size() == 4 && bare.names[0].name == "family" && bare.names[2].from == relocation_source::map);
static_assert(bare.functions.size() == 1 && bare.functions[0].slot == 7 && bare.lines.size() == 0);
static_assert(full.lines.size() > 2 && full.lines[0].where.line != 0);

// A program without names is as large as its bytes.
constexpr auto smallest = constant_program<[](assembler& a) { a({mov(w0, 0), exit()}); }>;
static_assert(sizeof smallest == 16);

code at_run_time(line_info lines) {
  assembler a({.lines = lines});
  write_sample(a);
  return *std::move(a).finish();
}

// Without the locations of names and functions, which are kept only if lines are kept.
code without_locations(code made) {
  for (relocation& one : made.relocations) one.where = {};
  for (subprogram& one : made.functions) one.where = {};
  return made;
}

std::string output_of(const std::string& command) {
  process shell({"/bin/sh", "-c", command});
  CHECK_MESSAGE(shell.finish() == 0, command, "\n", shell.err());
  return shell.out();
}

}  // namespace

TEST_CASE("constant programs: are the same code that their listing makes at run time") {
  CHECK(without_locations(bare.to_code()) == without_locations(at_run_time(line_info::drop)));
  CHECK(without_locations(full.to_code()) == without_locations(at_run_time(line_info::keep)));
  for (std::size_t i = 0; i < full.names.size(); ++i) CHECK(full.names[i].where == at_run_time(line_info::keep).relocations[i].where);
}

TEST_CASE("constant programs: leave their bytes in the binary and nothing else, with both compilers") {
  REQUIRE_MESSAGE(fs::exists("tests/asm/assembler/constant/bare.cpp"), "run the tests from the top of the tree");
  const tests::temporary_directory work;
  work.offer_headers(".");
  for (const std::string compiler : {"g++", "clang++-19"}) {
    CAPTURE(compiler);
    const std::string made = work.path + "/bare.o";
    output_of(compiler + " -std=c++23 -O2 -fno-pie -c -I" + work.path + " tests/asm/assembler/constant/bare.cpp -o " + made);
    CHECK(output_of("nm -S " + made + " | cut -d' ' -f2-") == "0000000000000030 R deny_alg\n");  // six instructions
    CHECK(output_of("objdump -s -j .rodata " + made + " | tail -n 3 | cut -c7-42") ==
          "79160000 00000000 16060200 26000000 \n"
          "b4000000 00000000 95000000 00000000 \n"
          "b7000000 ffffffff 95000000 00000000 \n");
    CHECK(output_of("size -A " + made + " | awk '$1 == \".text\" || $1 == \".data\" || $1 == \".bss\" { n += $2 } END { print n }'") == "0\n");
  }
}

TEST_CASE("constant programs: names and lines are data, and nothing runs before main") {
  const tests::temporary_directory work;
  work.offer_headers(".");
  for (const std::string compiler : {"g++", "clang++-19"}) {
    CAPTURE(compiler);
    const std::string made = work.path + "/named.o";
    output_of(compiler + " -std=c++23 -O2 -fno-pie -c -I" + work.path + " tests/asm/assembler/constant/named.cpp -o " + made);
    CHECK(output_of("nm -u " + made).empty());
    CHECK(output_of("nm " + made + " | grep -c ' R count_calls'") == "1\n");
    CHECK(output_of("size -A " + made + " | awk '/^.(text|init_array|data |bss)/ { n += $2 } END { print n + 0 }'") == "0\n");
  }
}

}  // namespace lsmith::tests
