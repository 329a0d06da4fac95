// Every fault that the assembler, the text assembler and check() can find, with its message and location. Each cause of the
// assembler has a row, here or in lint.cpp; the last test checks that.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/disasm/lint.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/asm/text/parse.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

// ------------------------------------------------------------------------------------------------------------- text --

// A text, of instructions alone or with directives, and the message of its first fault, which starts with its location.
struct text_row {
  std::string_view source;
  std::string_view says;
};

const text_row code_rows[] = {
    // Numbers
    {"r0 = 2147483648", "t.s:1:6: 2147483648 does not fit the 32-bit immediate of mov"},
    {"w0 = 4294967296", "t.s:1:6: 4294967296 does not fit the 32-bit immediate of mov"},
    {"w0 = -2147483649", "t.s:1:6: -2147483649 does not fit the 32-bit immediate of mov"},
    {"w0 = 18446744073709551615", "t.s:1:6: 0xffffffffffffffff does not fit the 32-bit immediate of mov"},
    {"r0 = 18446744073709551616", "t.s:1:6: the number 18446744073709551616 does not fit 64 bits"},
    {"r0 = -9223372036854775809 ll", "t.s:1:7: the number 9223372036854775809 does not fit 64 bits"},
    {"r0 = 12ab", "t.s:1:6: expected an r register, a number, '*', '-', '(', 'addr_space_cast' ..., found 12ab"},
    {"if r0 == 4294967295 goto +1", "t.s:1:10: 4294967295 does not fit the 32-bit immediate of jeq"},
    {"*(u8 *)(r10 - 8) = 256", "t.s:1:20: 256 does not fit the 8-bit immediate of store"},
    {"*(u16 *)(r10 - 8) = -32769", "t.s:1:21: -32769 does not fit the 16-bit immediate of store"},
    {"r0 = *(u64 *)(r1 + 32768)", "t.s:1:18: 32768 does not fit the 16-bit offset of load"},
    {"r0 = *(u64 *)(r1 - 32769)", "t.s:1:18: -32769 does not fit the 16-bit offset of load"},
    {"r0 = *(u64 *)(r1 + 18446744073709551615)", "t.s:1:18: -1 does not fit the 16-bit offset of load"},
    {"goto +32768", "t.s:1:6: 32768 does not fit the 16-bit offset of ja"},
    {"gotol +2147483648", "t.s:1:7: 2147483648 does not fit the 32-bit immediate of gotol"},
    {"call 4294967296", "t.s:1:6: 4294967296 does not fit the 32-bit immediate of call"},
    {"call kfunc#1, 32768", "t.s:1:15: 32768 does not fit the 16-bit offset of call"},
    {"ld_pseudo r1, 7, 0", "t.s:1:15: expected what is loaded, 1 to 6, found 7"},
    {"r1 = addr_space_cast(r2, 65536, 0)", "t.s:1:26: 65536 does not fit the 16-bit immediate of addr_space_cast"},
    {"r1 = map_value(m, 4294967296) ll", "t.s:1:19: 4294967296 does not fit the 32-bit immediate of map_value"},
    // Registers
    {"r11 = 0", "t.s:1:1: there is no register 'r11': r0 to r10 and w0 to w10 are all"},
    {"r0 = w99", "t.s:1:6: expected an r register, a number, '*', '-', '(', 'addr_space_cast' ..., found w99"},
    {"r10 = 0", "t.s:1:1: r10 is the frame pointer, which cannot be written"},
    {"w10 += w1", "t.s:1:1: w10 is the frame pointer, which cannot be written"},
    {"r0 += w1", "t.s:1:7: expected an r register, a number, found w1"},
    {"r1 = -r2", "t.s:1:7: expected r1, found r2"},
    {"r2 = be16 r3", "t.s:1:11: expected r2, found r3"},
    {"r1 = *(u8 *)skb[0]", "t.s:1:1: expected r0, found r1"},
    // Words
    {"foo r1", "t.s:1:1: no instruction starts with 'foo'"},
    {"exit 5", "t.s:1:6: expected the end of the line, found 5"},
    {"if r1 == 5", "t.s:1:11: expected 'goto', found the end of the line"},
    {"if r1 == 5 goto 7", "t.s:1:17: expected a label or a distance with its sign, found 7"},
    {"r0 = *(u64 *)(r1 + )", "t.s:1:20: expected a number, found )"},
    {"(b4) r0 = 0", "t.s:1:1: the opcode before the text, 0xb4, is not that of this instruction"},
    {"(b4x) r0 = 0", "t.s:1:2: expected an opcode of two hexadecimal digits, found b4x"},
    {"(b4 r0 = 0", "t.s:1:5: expected ), found r0"},
    // Names
    {"r1 = map_fd(events)", "t.s:1:6: expected 'll' after a 64-bit load of a map or function, found map_fd"},
    {"r0 = fjeld(file, f_mode)", "t.s:1:6: expected an r register, a number, '*', '-', '(', 'addr_space_cast' ..., found fjeld"},
    {"r0 = *(u64 *)(r1 + fjeld(file, f_mode))", "t.s:1:20: nothing is called 'fjeld' here"},
    {"r0 = field file", "t.s:1:12: expected (, found file"},
    {"r0 = field(, f_mode)", "t.s:1:12: expected a name, found ,"},
    {"r0 = field(file f_mode)", "t.s:1:17: expected ,, found f_mode"},
    {"r0 = field(file, f_mode", "t.s:1:24: expected ), found the end of the line"},
    {"*(u64 *)(r1 + field(a, b)) = constant(c)",
     "t.s:1:30: constant is a second name, and an instruction has room for one; load it into a register first"},
    {"call kfunc", "t.s:1:11: expected kfunc#id or kfunc(name), found the end of the line"},
    {"r1 = map_value(m, x) ll", "t.s:1:19: expected a number, found x"},
    // Names in fields that their relocation would not patch
    {"*(u32 *)(r10 - 8) = constant(c)", "t.s:1:21: expected a number, found constant"},
    {"*(u32 *)(r10 - 8) = field(file, f_mode)", "t.s:1:21: expected a number, found field"},
    {"f: r1 = *(u64 *)(r1 + function(f))", "t.s:1:23: expected a number, found function"},
    {"f: lock *(u64 *)(r1 + function(f)) += r2", "t.s:1:23: expected a number, found function"},
    {"r1 = *(u64 *)(r1 + map_fd(m))", "t.s:1:20: expected a number, found map_fd"},
    {"r1 = *(u64 *)(r1 + map_value(m, 3))", "t.s:1:20: expected a number, found map_value"},
    {"r0 = *(u8 *)skb[constant(c)]", "t.s:1:17: expected a number, found constant"},
    {"r1 = addr_space_cast(r2, constant(c), 0)", "t.s:1:26: expected a number, found constant"},
    {"ld_pseudo r1, 2, map_fd(m)", "t.s:1:18: expected a number, found map_fd"},
    {"f: ld_pseudo r1, 3, function(f)", "t.s:1:21: expected a number, found function"},
    {"ld_pseudo r1, 1, constant(c)", "t.s:1:18: expected a number, found constant"},
    {"ld_pseudo r1, 1, 0x500000003", "t.s:1:18: 21474836483 does not fit the 32-bit immediate of ld_imm64"},
    // Numbers that other assemblers read differently
    {"r0 = 010", "t.s:1:6: expected a number without a leading zero, which elsewhere means octal, found 010"},
    {"r0 = 08", "t.s:1:6: expected a number without a leading zero, which elsewhere means octal, found 08"},
    {"r0 = *(u64 *)(r1 + 010)", "t.s:1:20: expected a number without a leading zero, which elsewhere means octal, found 010"},
    // Calls whose name and number are of different helpers
    {"call bpf_ktime_get_ns#6", "t.s:1:6: expected bpf_ktime_get_ns#5, found bpf_ktime_get_ns"},
    {"call bogus#5", "t.s:1:6: expected a helper's name before its number, found bogus"},
    // Labels
    {"bpf_ktime_get_ns: exit", "t.s:1:1: 'bpf_ktime_get_ns' is the name of a helper and cannot be a label"},
    {".function bpf_ktime_get_ns\nexit", "t.s:1:11: 'bpf_ktime_get_ns' is the name of a helper and cannot be a label"},
    {"goto nowhere", "t.s:1:1: label 'nowhere' is jumped to and never bound"},
    {"a: exit\na: exit", "t.s:2:1: label 'a' is bound a second time\n  t.s:1:1: the other location"},
    // .insn
    {".insn 256, 0, 0, 0, 0", "t.s:1:7: 256 does not fit the 8-bit immediate of .insn's opcode"},
    {".insn 0, 16, 0, 0, 0", "t.s:1:10: 16 does not fit the 4-bit immediate of .insn's destination register"},
    {".insn 0, 0, 16, 0, 0", "t.s:1:13: 16 does not fit the 4-bit immediate of .insn's source register"},
    {".insn 0, 0, 0, 32768, 0", "t.s:1:16: 32768 does not fit the 16-bit immediate of .insn's offset"},
    {".insn 0, 0, 0, 0, 4294967296", "t.s:1:19: 4294967296 does not fit the 32-bit immediate of .insn's immediate"},
    {".insn 0, 0, 0, 0, 18446744073709551615",
     "t.s:1:19: 0xffffffffffffffff does not fit the 32-bit immediate of .insn's immediate"},
    {".insn 0 0", "t.s:1:9: expected ,, found 0"},
    {".insn 0, 0, 0, 0, 0, 0", "t.s:1:20: expected the end of the line, found ,"},
    // Directives that go with instructions
    {".foo", "t.s:1:1: there is no directive '.foo'"},
    {".function 5", "t.s:1:11: expected the function's name, found 5"},
    {".far_jumps", "t.s:1:11: expected gotol or islands, found the end of the line"},
    {".program a, b", "t.s:1:1: expected instructions alone, without directives, found .program"},
    // Empty text
    {"", "t.s: the program has no instruction"},
};

const text_row object_rows[] = {
    {"exit", "t.s:1:1: an instruction comes before the first .program; begin with .program NAME, HOOK"},
    {".function f", "t.s:1:11: an instruction comes before the first .program; begin with .program NAME, HOOK"},
    {".program", "t.s:1:9: expected the program's name, found the end of the line"},
    {".program a", "t.s:1:11: expected ,, found the end of the line"},
    {".program a,", "t.s:1:12: expected the program's hook, found the end of the line"},
    {".program a, b, now", "t.s:1:16: expected cgroup, modify_return or sleepable, found now"},
    {".program a, b c", "t.s:1:15: expected the end of the line, found c"},
    {".program a, b, cgroup, modify_return", "t.s:1:24: expected one of cgroup and modify_return, found modify_return"},
    {".program a, b", "t.s:1:10: the program has no instruction"},
    {".program a, b\n.program c, d\nexit", "t.s:1:10: the program has no instruction"},
    {".program a\nexit", "t.s:1:11: expected ,, found the end of the line"},
    {".program longer_than_15_letters, b\nexit",
     "t.s:1:10: 'longer_than_15_letters' is no name for a program: the kernel takes A-Z, a-z, 0-9, '_' and '.', at most 15 characters"},
    {".map longer_than_15_letters, array, 4, 8, 1",
     "t.s:1:6: 'longer_than_15_letters' is no name for a map: the kernel takes A-Z, a-z, 0-9, '_' and '.', at most 15 characters"},
    {".program a, b\nexit\n.program a, c\nexit",
     "t.s:3:10: the object has two programs named 'a'\n  t.s:1:10: the other location"},
    {".map m, array, 4, 8, 1\n.map m, array, 4, 8, 1",
     "t.s:2:6: the object has two maps named 'm'\n  t.s:1:6: the other location"},
    {".constant c\n.constant c", "t.s:2:11: the object has two constants named 'c'\n  t.s:1:11: the other location"},
    {".license \"GPL\"\n.license \"GPL\"", "t.s:2:10: expected one license, found a second\n  t.s:1:10: the other location"},
    {".map 5", "t.s:1:6: expected the map's name, found 5"},
    {".map m array", "t.s:1:8: expected ,, found array"},
    {".map m, ring, 0, 0, 1", "t.s:1:9: there is no map type 'ring'"},
    {".map m, array, 4, 8, 4294967296", "t.s:1:22: 4294967296 does not fit the 32-bit immediate of the map's entries"},
    {".map m, array, -4, 8, 1", "t.s:1:16: -4 does not fit the 32-bit immediate of the map's key"},
    {".map m, array, 4, 18446744073709551615, 1",
     "t.s:1:19: 0xffffffffffffffff does not fit the 32-bit immediate of the map's value"},
    {".map m, array, 4, 8, 1, x", "t.s:1:25: expected a number, found x"},
    {".constant 5", "t.s:1:11: expected the constant's name, found 5"},
    {".constant c, x", "t.s:1:14: expected a number, found x"},
    {".license GPL", "t.s:1:10: expected \"license\", found GPL"},
    {".license \"GPL", "t.s:1:10: expected \"license\", found \""},
    {"", "t.s: the program has no instruction"},
};

template <class Made>
faults faults_of(const checked<Made>& made) {
  return made ? faults() : made.error();
}

std::string first_sentence(const faults& all) { return all.empty() ? "no fault" : to_string(all[0]); }

// -------------------------------------------------------------------------------------------------------------- C++ --

checked<code> assembled(std::initializer_list<operation> listing) {
  assembler a({.lines = line_info::drop});
  a(listing);
  return std::move(a).finish();
}

// Without locations, which are lines of this file; assembler.cpp tests those.
std::string cause_sentence(const error& one) {
  std::string text;
  describe_cause(
      one,
      {[](void* to, const char* piece, std::size_t length) { static_cast<std::string*>(to)->append(piece, length); }, &text});
  return text;
}

faults of_foreign_label() {
  assembler one, other;
  one({ja(other.new_label("there")), exit()});
  return faults_of(std::move(one).finish());
}

faults of_far_jump() {
  assembler a({.lines = line_info::drop});
  const label far = a.new_label("far");
  a({ja(far)});
  a(std::vector<operation>(32'768, exit()));
  a({bind(far), exit()});
  return faults_of(std::move(a).finish());
}

faults of_long_program() {
  assembler a({.lines = line_info::drop});
  a(std::vector<operation>(slot_limit + 1, exit()));
  return faults_of(std::move(a).finish());
}

faults of_patch() {
  insn one = load(r1, mem64[r2 + field("file", "f_mode")]).first();
  const auto done = patch({&one, 1}, 0, 70'000);
  error wrong = done.error();
  wrong.name = "f_mode";
  return wrong;
}

faults of_bytes(std::uint64_t raw) {
  const insn one = insn::of_raw(raw);
  return decode({&one, 1}, 0).error();
}

object plain_object() {
  object whole = {
      .programs = {make_program("one", "file_open", *assembled({ld_imm64(r1, map_fd("m")), mov(r0, constant("c")), exit()}))},
      .maps = {{.name = "m"}},
      .constants = {{"c", 0}}};
  for (relocation& open : whole.programs[0].relocations) open.where = {};
  return whole;
}

template <class Change>
faults of_object(Change change) {
  object whole = plain_object();
  change(whole);
  return check(whole);
}

struct cpp_row {
  faults found;
  std::string_view says;
};

std::vector<cpp_row> cpp_rows() {
  return {
      {faults_of(assembled({mov(w0, 4294967296)})), "4294967296 does not fit the 32-bit immediate of mov"},
      {faults_of(assembled({mov(w0, ~0ull)})), "0xffffffffffffffff does not fit the 32-bit immediate of mov"},
      {faults_of(assembled({load(r0, mem64[r1 + 32768])})), "32768 does not fit the 16-bit offset of load"},
      {faults_of(assembled({raw(0, 16, 0, 0, 0)})), "register 16 does not fit the four bits that an instruction has for one"},
      {faults_of(assembled({})), "the program has no instruction"},
      {of_foreign_label(), "this label belongs to another assembler; make it with the assembler that uses it"},
      {of_far_jump(), "the jump to 'far' is 32768 slots long and does not fit 16 bits"},
      {of_long_program(), "the program has 1000001 instruction slots, and the kernel takes 1000000"},
      {of_patch(), "f_mode is 70000 here and does not fit 16 bits of the instruction"},
      {of_bytes(0x8d), "slot 0 is no instruction: no instruction has opcode 0x8d"},
      // A field that distinguishes rows counts first: this is a load_acquire, whatever its registers are.
      {of_bytes(0x00000100'00001adb), "slot 0 is no instruction: its destination is r10, which cannot be written"},
      {of_object([](object& it) { it.maps.clear(); }), "the program uses map 'm', and the object has none of that name"},
      {of_object([](object& it) { it.constants.clear(); }), "the object has no constant 'c'"},
      {of_object([](object& it) { it.programs[0].name = "a-b"; }),
       "'a-b' is no name for a program: the kernel takes A-Z, a-z, 0-9, '_' and '.', at most 15 characters"},
      {of_object([](object& it) { it.maps.push_back(it.maps[0]); }), "the object has two maps named 'm'"},
      {of_object([](object& it) { it.license = "\x1b"; }),
       "'?' cannot be a license: it takes printable ASCII, and a license no quotes"},
      {of_object([](object& it) { it.maps[0] = {.name = "m", .type = map_type::hash_of_maps, .inner = "like"}; }),
       "map 'm' is a map of maps like 'like', and no map of that name comes before it"},
      {of_object([](object& it) { it.maps[0] = {.name = "m", .type = map_type::prog_array, .slots = {{0, "two"}}}; }),
       "map 'm' is to contain 'two' at 0, and the object has nothing of that name"},
      {of_object([](object& it) { it.maps[0] = {.name = "m", .type = map_type::prog_array, .slots = {{1, "one"}}}; }),
       "map 'm' is to contain 'one' at 1, and has room for 1"},
      {of_object([](object& it) { it.maps[0] = {.name = "m", .initial_value = std::vector<std::byte>(12)}; }),
       "map 'm' is given 12 bytes of initial values; it takes whole values of 8 bytes each, at most one for each entry, and only an array takes any"},
      {of_object([](object& it) { it.programs[0].lines = {{1, {}}}; }),
       "the lines of program 'one' are out of order at slot 1; the first is for slot 0, and slots increase"},
      {of_object([](object& it) { it.programs[0].functions = {{2, "1st", {}}}; }),
       "'1st' is no name for a function: it takes A-Z, a-z, 0-9 and '_', and does not begin with a digit"},
      {of_object([](object& it) { it.programs[0].functions = {{0, "f", {}}}; }),
       "function 'f' of program 'one' cannot begin at slot 0; the program's own is at slot 0, and the others follow in order"},
  };
}

// Texts with the causes whose messages lint.cpp tests.
constexpr std::string_view careless[] = {"goto +5", "r0 = 0", "exit\nexit", ".insn 0xb7, 10, 0, 0, 0\nexit",
                                         "*(u64 *)(r10 + 0) = 5\nexit"};

}  // namespace

TEST_CASE("negative: every fault of instructions as text has its message and location") {
  for (const text_row& row : code_rows) {
    CAPTURE(row.source);
    CHECK(first_sentence(faults_of(text::parse_code(row.source, "t.s"))) == row.says);
  }
}

TEST_CASE("negative: every fault of directives has its message and location") {
  for (const text_row& row : object_rows) {
    CAPTURE(row.source);
    CHECK(first_sentence(faults_of(text::parse(row.source, "t.s"))) == row.says);
  }
}

TEST_CASE("negative: every fault of listings, bytes and objects has its message") {
  for (const cpp_row& row : cpp_rows()) {
    REQUIRE_FALSE(row.found.empty());
    CHECK(cause_sentence(row.found[0]) == row.says);
  }
}

TEST_CASE("negative: every cause of the assembler has a row") {
  std::set<cause> met;
  const auto meet = [&](const faults& all) {
    for (const fault& one : all) met.insert(one.why);
  };
  for (const text_row& row : code_rows) meet(faults_of(text::parse_code(row.source, "t.s")));
  for (const text_row& row : object_rows) meet(faults_of(text::parse(row.source, "t.s")));
  for (const cpp_row& row : cpp_rows()) meet(row.found);
  for (const std::string_view source : careless) {
    const auto made = text::parse_code(source, "t.s");
    meet(lint(made->insns, made->lines, made->functions));
  }
  for (auto why = static_cast<int>(cause::immediate_range); why <= static_cast<int>(cause::stack_outside); ++why)
    CHECK_MESSAGE(met.contains(static_cast<cause>(why)), word(static_cast<cause>(why)));
}

}  // namespace lsmith::tests
