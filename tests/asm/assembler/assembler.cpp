// Listings: labels, lines, names, and every fault of them.
#include <doctest/doctest.h>

#include <string>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/assembler/constant.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

checked<code> assemble(std::initializer_list<operation> listing) {
  assembler a;
  a(listing);
  return std::move(a).finish();
}

std::string complaint(const checked<code>& made) { return made ? "" : to_string(made.error()); }

// The messages without their locations, which are lines of this file.
std::string sentences(const checked<code>& made) {
  std::string text;
  if (made) return text;
  for (const fault& one : made.error()) {
    describe_cause(one, {[](void* to, const char* piece, std::size_t length) {
      static_cast<std::string*>(to)->append(piece, length); }, &text});
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("assembler: a label is reached from before and after it") {
  assembler a;
  const label start = a.new_label("start"), end = a.new_label("end");
  a({
      bind(start),
      jeq(r1, r2, end),
      ld_imm64(r3, 5),
      ja(start),
      bind(end),
      exit(),
  });
  const checked<code> made = std::move(a).finish();
  REQUIRE(made);
  CHECK(made->insns[0].offset == 3);   // slots, and the 64-bit load has two
  CHECK(made->insns[3].offset == -4);
}

TEST_CASE("assembler: a listing may come in pieces, and two labels may be bound to one slot") {
  assembler a;
  const label one = a.new_label("one"), two = a.new_label("two");
  a({ja(one)});
  a({gotol(two)});
  a({bind(one), bind(two)});
  CHECK(a.slots() == 2);
  a({exit()});
  const checked<code> made = std::move(a).finish();
  REQUIRE(made);
  CHECK(made->insns[0].offset == 1);
  CHECK(made->insns[1].immediate == 0);
}

TEST_CASE("assembler: calls and addresses of the program's own functions count slots like jumps") {
  assembler a;
  const label callback = a.new_label("callback");
  a({call(callback), ld_imm64(r2, function_address(callback)), exit(), bind(callback), mov(r0, 0), exit()});
  const checked<code> made = std::move(a).finish();
  REQUIRE(made);
  CHECK(made->insns[0] == insn::of_raw(0x00000003'00001085));
  CHECK(made->insns[1] == insn::of_raw(0x00000002'00004218));
}

TEST_CASE("assembler: the code has the line of every instruction, with one entry for each line") {
  assembler a;
  const auto line = std::source_location::current().line();
  a({mov(r0, 0), mov(r1, 0),
     ld_imm64(r2, 7),
     exit()});
  const checked<code> made = std::move(a).finish();
  REQUIRE(made);
  REQUIRE(made->lines.size() >= 3);
  CHECK(made->lines.front().slot == 0);
  CHECK(made->lines.front().where.line == line + 1);
  CHECK(made->lines.back().slot == 4);
  CHECK(made->lines.back().where.line == line + 3);
  CHECK(std::string_view(made->lines.front().where.file).ends_with("assembler.cpp"));
}

TEST_CASE("assembler: lines can be left out") {
  assembler a({.lines = line_info::drop});
  a({mov(r0, 0), exit()});
  const checked<code> made = std::move(a).finish();
  REQUIRE(made);
  CHECK(made->lines.empty());
}

TEST_CASE("assembler: names become relocations at the slot of their instruction, with their own line") {
  assembler a;
  const auto line = std::source_location::current().line();
  a({
      load(r6, mem64[r1 + argument("family")]),
      load(r7, mem64[r1 + previous_retval()]),
      load(r8, mem64[r6 + field("vm_area_struct", "vm_mm")]),
      jeq(w6, constant("uid"), +1),
      mov(r2, enumerator("kernel_read_file_id", "READING_MODULE")),
      ld_imm64(r1, map_fd("events")),
      ld_imm64(r2, map_value("lost", 8)),
      call(kfunc("bpf_task_acquire")),
      exit(),
  });
  const checked<code> made = std::move(a).finish();
  REQUIRE(made);
  using q = btf::core_relo_kind;
  const auto types = relocation_source::kernel_types;
  struct row { std::uint32_t slot; relocation_source from; q kind; std::string type, name; };
  const row expected[] = {
      {0, types, q::argument_slot, "", "family"},
      {1, types, q::previous_retval, "", ""},
      {2, types, q::field_byte_offset, "vm_area_struct", "vm_mm"},
      {3, relocation_source::constant, q::field_byte_offset, "", "uid"},
      {4, types, q::enumval_value, "kernel_read_file_id", "READING_MODULE"},
      {5, relocation_source::map, q::field_byte_offset, "", "events"},
      {7, relocation_source::map_value, q::field_byte_offset, "", "lost"},
      {9, types, q::function_id, "", "bpf_task_acquire"},
  };
  REQUIRE(made->relocations.size() == std::size(expected));
  for (std::uint32_t i = 0; i < std::size(expected); ++i) {
    const relocation& got = made->relocations[i];
    CHECK(got.slot == expected[i].slot);
    CHECK(got.from == expected[i].from);
    CHECK(got.kind == expected[i].kind);
    CHECK(got.type == expected[i].type);
    CHECK(got.name == expected[i].name);
    CHECK(got.where.line == line + 2 + i);
  }
  CHECK(made->insns[5] == insn::of_raw(0x00000000'00001118));
  CHECK(made->insns[7] == insn::of_raw(0x00000000'00002218));
  CHECK(made->insns[8] == insn::of_raw(0x00000008'00000000));
}

TEST_CASE("assembler: a program gives its hook to the relocations that need it") {
  checked<code> made = assemble({load(r6, mem64[r1 + argument("family")]), load(r7, mem64[r1 + previous_retval()]),
                                 load(r8, mem64[r6 + field("file", "f_inode")]), exit()});
  REQUIRE(made);
  const program whole = make_program("deny", "socket_create", std::move(*made));
  CHECK(whole.name == "deny");
  CHECK(whole.hook == "socket_create");
  CHECK(whole.code.size() == 4);
  CHECK(whole.relocations[0].type == "socket_create");
  CHECK(whole.relocations[1].type == "socket_create");
  CHECK(whole.relocations[2].type == "file");
  CHECK_FALSE(whole.lines.empty());
}

TEST_CASE("assembler: an immediate accepts the numbers that fit its operation, and nothing is truncated") {
  CHECK(assemble({mov(w0, -2147483648), mov(w0, 4294967295), mov(r0, -2147483648), mov(r0, 2147483647),
                  mov(r0, 0xffffffff'80000000), jeq(w0, 4294967295, +0), jeq(r0, -1, +0), ld_imm64(r0, ~0ull),
                  store(mem8[r10 - 8], 255), store(mem8[r10 - 8], -128), store(mem16[r10 - 8], 65535),
                  store(mem32[r10 - 8], 4294967295), store(mem64[r10 - 8], -1)}));
  CHECK(sentences(assemble({mov(w0, 4294967296)})) == "4294967296 does not fit the 32-bit immediate of mov\n");
  CHECK(sentences(assemble({mov(w0, -2147483649)})) == "-2147483649 does not fit the 32-bit immediate of mov\n");
  CHECK(sentences(assemble({add(w0, ~0ull)})) == "0xffffffffffffffff does not fit the 32-bit immediate of add\n");
  CHECK(sentences(assemble({jgt(r0, 4294967295, +1)})) == "4294967295 does not fit the 32-bit immediate of jgt\n");
  CHECK(sentences(assemble({store(mem8[r10 - 8], 256)})) == "256 does not fit the 8-bit immediate of store\n");
  CHECK(sentences(assemble({store(mem16[r10 - 8], -32769)})) == "-32769 does not fit the 16-bit immediate of store\n");
  CHECK(sentences(assemble({gotol(2147483648)})) == "2147483648 does not fit the 32-bit immediate of gotol\n");
  CHECK(sentences(assemble({call_local(2147483648)})) == "2147483648 does not fit the 32-bit immediate of call\n");
}

TEST_CASE("assembler: displacements and jump distances have 16 bits") {
  CHECK(assemble({load(r0, mem64[r1 + 32767]), load(r0, mem64[r1 - 32768]), ja(32767), ja(-32768)}));
  CHECK(sentences(assemble({load(r0, mem64[r1 + 32768])})) == "32768 does not fit the 16-bit offset of load\n");
  CHECK(sentences(assemble({store(mem8[r1 - 32769], r0)})) == "-32769 does not fit the 16-bit offset of store\n");
  CHECK(sentences(assemble({ja(+32768)})) == "32768 does not fit the 16-bit offset of ja\n");
  CHECK(sentences(assemble({jeq(r0, 0, -70000)})) == "-70000 does not fit the 16-bit offset of jeq\n");
  CHECK(sentences(assemble({raw(0xff, 16, 0, 70000, 1ull << 32)})) ==
        "register 16 does not fit the four bits that an instruction has for one\n"
        "70000 does not fit the 16-bit offset of raw\n"
        "4294967296 does not fit the 32-bit immediate of raw\n");
}

TEST_CASE("assembler: raw emits any eight bytes") {
  const checked<code> made = assemble({raw(0xff, 15, 14, -1, -1), raw(0, 0, 0, 0, 0xffffffff)});
  REQUIRE(made);
  CHECK(made->insns[0].raw() == 0xffffffff'ffffefff);
  CHECK(made->insns[1].raw() == 0xffffffff'00000000);
}

TEST_CASE("assembler: a jump to a label that is too far is a fault; gotol reaches it") {
  assembler a;
  const label far = a.new_label("far");
  a({ja(far), gotol(far)});
  for (int i = 0; i < 40000; ++i) a({mov(r0, 0)});
  a({bind(far), exit()});
  CHECK(sentences(std::move(a).finish()) == "the jump to 'far' is 40001 slots long and does not fit 16 bits\n");
}

TEST_CASE("assembler: all faults are reported at once, each with every location involved") {
  assembler a, b;
  const label twice = a.new_label("twice"), foreign = b.new_label("foreign");
  const auto line = std::source_location::current().line();
  const label never = a.new_label("never");
  a({
      bind(twice),
      ja(never),
      jeq(r0, 1, foreign),
      bind(twice),
      mov(w0, 1ull << 40),
  });
  const checked<code> made = std::move(a).finish();
  REQUIRE_FALSE(made);
  const faults& all = made.error();
  REQUIRE(all.size() == 4);
  CHECK(sentences(made) ==
        "this label belongs to another assembler; make it with the assembler that uses it\n"
        "label 'twice' is bound a second time\n"
        "1099511627776 does not fit the 32-bit immediate of mov\n"
        "label 'never' is jumped to and never bound\n");
  CHECK(all[0].where.line == line + 5);
  CHECK(all[0].also.line == line - 1);
  CHECK(all[1].where.line == line + 6);
  CHECK(all[1].also.line == line + 3);
  CHECK(all[2].where.line == line + 7);
  CHECK(all[3].where.line == line + 4);
  CHECK(all[3].also.line == line + 1);
  for (const fault& one : all) CHECK(one.during == stage::assemble);
}

TEST_CASE("assembler: a label of no assembler cannot be bound") {
  CHECK(sentences(assemble({ja(label{})})) == "");  // no label: a jump by no distance
  CHECK(sentences(assemble({bind(label{}), exit()})) == "this label belongs to another assembler; make it with the assembler that uses it\n");
}

TEST_CASE("assembler: a program has one to a million slots") {
  CHECK(complaint(assemble({})) == "the program has no instruction");
  assembler full, over;
  for (std::uint32_t i = 0; i < slot_limit; ++i) {
    full({exit()});
    over({exit()});
  }
  over({exit()});
  CHECK(std::move(full).finish());
  CHECK(complaint(std::move(over).finish()) == "the program has 1000001 instruction slots, and the kernel takes 1000000");
}

TEST_CASE("assembler: wrong programs are legal to write: no exit, jumps out of the program, writes to r10") {
  CHECK(assemble({ja(+1000)}));
  CHECK(assemble({raw(0xb7, 10, 0, 0, 1)}));
}

// A program that the compiler assembles is checked when this file is compiled.
namespace {

constexpr auto constant = constant_program<[](assembler& a) {
  const label deny = a.new_label("deny");
  a({load(r6, mem64[r1 + 0]), jeq(w6, 38, deny), mov(w0, 0), exit(), bind(deny), mov(r0, -1), exit()});
}>;
static_assert(constant.insns[1].raw() == 0x00000026'00020616);
static_assert(mov(w0, 0).raw() == 0x00000000'000000b4);
static_assert(jne(w2, 1000, +2).raw() == 0x000003e8'00020256);
static_assert(!mov(w0, 4294967296).fits());

}  // namespace
}  // namespace lsmith::tests
