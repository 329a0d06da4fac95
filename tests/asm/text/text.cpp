// The text assembler: what the printer writes is read back, in LLVM's form and in the kernel's, and a text that cannot be read
// gives faults with their locations.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/asm/text/write.hpp>
#include <lsmith/tests/asm/isa/rows.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

std::vector<insn> parsed(const std::string& source) {
  const checked<code> made = text::parse_code(source, "t.s");
  CHECK_MESSAGE(made, source << "\n" << (made ? "" : to_string(made.error())));
  return made ? made->insns : std::vector<insn>();
}

std::string complaint(std::string_view source) {
  const checked<code> made = text::parse_code(source, "t.s");
  return made ? "" : to_string(made.error());
}

std::vector<insn> slots_of(const row& one) {
  std::vector<insn> slots = {insn::of_raw(one.first)};
  if (one.written.what == operation::kind::wide) slots.push_back(insn::of_raw(one.second));
  return slots;
}

}  // namespace

TEST_CASE("text: every row of the instruction table is read as its bytes, in LLVM's form and in the kernel's") {
  for (const row& one : rows()) {
    CAPTURE(one.text);
    CHECK(parsed(std::string(one.text)) == slots_of(one));
    CHECK(parsed(print(slots_of(one), {.form = text_form::kernel})) == slots_of(one));
    CHECK(parsed(print(slots_of(one), {.helpers = helper_calls::names})) == slots_of(one));
  }
}

TEST_CASE("text: a call in the kernel's log is a helper's or a kernel function's, by its name") {
  CHECK(parsed("(85) call bpf_ktime_get_ns#5") == parsed("call bpf_ktime_get_ns"));
  CHECK(parsed("(85) call unknown#300") == parsed("call 300"));
  CHECK(parsed("(85) call bpf_task_acquire#12345") == parsed("call kfunc#12345"));
}

TEST_CASE("text: any bytes, printed in either form, are read back as the same bytes") {
  std::mt19937_64 random(20);
  std::size_t wrong = 0;
  for (const text_form form : {text_form::llvm, text_form::kernel}) {
    std::string source;
    std::vector<insn> code;
    for (int i = 0; i < 40000; ++i) {
      // The bytes of a row with some fields changed: often still a valid instruction.
      insn slot = insn::of_raw(rows()[random() % rows().size()].first);
      if (random() % 2) slot.registers = static_cast<std::uint8_t>(random());
      if (random() % 2) slot.offset = static_cast<std::int16_t>(random());
      if (random() % 2) slot.immediate = static_cast<std::int32_t>(random());
      if (random() % 16 == 0) slot.opcode = static_cast<std::uint8_t>(random());
      code.push_back(slot);
    }
    for (std::uint32_t slot = 0; slot < code.size();) {
      slot += print_at(code, slot, {.form = form}, source);
      source += '\n';
    }
    const std::vector<insn> again = parsed(source);
    REQUIRE(again.size() == code.size());
    for (std::size_t i = 0; i < code.size(); ++i) wrong += again[i] != code[i];
  }
  CHECK(wrong == 0);
}

TEST_CASE("text: a listing with labels is read back as the program that was printed") {
  assembler a;
  const label deny = a.new_label("deny"), callback = a.new_label("callback");
  a({jeq(w1, 38, deny), ld_imm64(r2, 5), call(callback), call(helper::ktime_get_ns), bind(deny), gotol(deny), exit(),
     bind(callback), may_goto(deny), exit()});
  const std::vector<insn> made = std::move(a).finish()->insns;
  CHECK(parsed(print_listing(made)) == made);
  CHECK(parsed(print_listing(made, {.form = text_form::kernel})) == made);
}

TEST_CASE("text: comments, blank lines, slot numbers and several labels before one instruction are read") {
  CHECK(parsed("# nothing\n\n  ; source line\n// more\nstart: again:\n 12: (b7) r0 = 0 ; R0=0\n\tgoto start # back\n") ==
        std::vector<insn>{mov(r0, 0).first(), ja(-2).first()});
}

TEST_CASE("text: numbers are decimal or hexadecimal, may have a sign, and may have any size that fits") {
  CHECK(parsed("r0 = 0x10") == std::vector<insn>{mov(r0, 16).first()});
  CHECK(parsed("r0 = -0x10") == std::vector<insn>{mov(r0, -16).first()});
  CHECK(parsed("w0 = 4294967295") == std::vector<insn>{mov(w0, -1).first()});
  CHECK(parsed("r0 = 18446744073709551615 ll") == parsed("r0 = -1 ll"));
  CHECK(parsed("r0 = 0xffffffffffffffff") == std::vector<insn>{mov(r0, -1).first()});
}

TEST_CASE("text: faults name file, line and column") {
  CHECK(complaint("r0 = 1\nfoo r1\n") == "t.s:2:1: no instruction starts with 'foo'");
  CHECK(complaint("r11 = 0") == "t.s:1:1: there is no register 'r11': r0 to r10 and w0 to w10 are all");
  CHECK(complaint("r10 = 0") == "t.s:1:1: r10 is the frame pointer, which cannot be written");
  CHECK(complaint("w10 += w1") == "t.s:1:1: w10 is the frame pointer, which cannot be written");
  CHECK(complaint("r0 = 18446744073709551616") == "t.s:1:6: the number 18446744073709551616 does not fit 64 bits");
  CHECK(complaint("r0 = 4294967296") == "t.s:1:6: 4294967296 does not fit the 32-bit immediate of mov");
  CHECK(complaint("r0 = 2147483648") == "t.s:1:6: 2147483648 does not fit the 32-bit immediate of mov");
  CHECK(complaint("w0 = 18446744073709551615") == "t.s:1:6: 0xffffffffffffffff does not fit the 32-bit immediate of mov");
  CHECK(complaint("r0 = *(u64 *)(r1 + 32768)") == "t.s:1:18: 32768 does not fit the 16-bit offset of load");
  CHECK(complaint("*(u8 *)(r10 - 8) = 256") == "t.s:1:20: 256 does not fit the 8-bit immediate of store");
  CHECK(complaint("goto +32768") == "t.s:1:6: 32768 does not fit the 16-bit offset of ja");
  CHECK(complaint("goto nowhere") == "t.s:1:1: label 'nowhere' is jumped to and never bound");
  CHECK(complaint("a: exit\na: exit") == "t.s:2:1: label 'a' is bound a second time\n  t.s:1:1: the other location");
  CHECK(complaint("r0 = r1 r2") == "t.s:1:9: expected the end of the line, found r2");
  CHECK(complaint("r1 = -r2") == "t.s:1:7: expected r1, found r2");
  CHECK(complaint("r2 = be16 r3") == "t.s:1:11: expected r2, found r3");
  CHECK(complaint("r0 += w1") .starts_with("t.s:1:7: expected "));
  CHECK(complaint("exit 5") == "t.s:1:6: expected the end of the line, found 5");
  CHECK(complaint("if r1 == 5") == "t.s:1:11: expected 'goto', found the end of the line");
  CHECK(complaint("(b4) r0 = 0") == "t.s:1:1: the opcode before the text, 0xb4, is not that of this instruction");
  CHECK(complaint("r1 = map_fd(events)") == "t.s:1:6: expected 'll' after a 64-bit load of a map or function, found map_fd");
  CHECK(complaint(".insn 256, 0, 0, 0, 0") == "t.s:1:7: 256 does not fit the 8-bit immediate of .insn's opcode");
  CHECK(complaint(".insn 0, 0, 16, 0, 0") == "t.s:1:13: 16 does not fit the 4-bit immediate of .insn's source register");
  CHECK(complaint(".foo") == "t.s:1:1: there is no directive '.foo'");
  CHECK(complaint("*(u64 *)(r1 + field(a, b)) = constant(c)") ==
        "t.s:1:30: constant is a second name, and an instruction has room for one; load it into a register first");
  CHECK(complaint("") == "t.s: the program has no instruction");
}

TEST_CASE("text: a program has one to a million slots") {
  std::string source;
  for (int i = 0; i < 1'000'000; ++i) source += "exit\n";
  const checked<code> made = text::parse_code(source, "t.s", {.lines = line_info::drop});
  REQUIRE(made);
  CHECK(made->insns.size() == 1'000'000);
  CHECK(complaint(source + "exit\n") == "t.s:1000001: the program has 1000001 instruction slots, and the kernel takes 1000000");
  CHECK(complaint("# nothing\n\n") == "t.s:2: the program has no instruction");
  CHECK(complaint("far:\n" + source.substr(0, 5 * 32768) + "goto far\n").starts_with("t.s:32770:1: the jump to 'far' is -32769 slots long and does not fit 16 bits"));
}

TEST_CASE("text: all faults are reported together") {
  CHECK(complaint("foo\nr0 = 0\ngoto x\nr12 = 1\n") ==
        "t.s:1:1: no instruction starts with 'foo'\n"
        "t.s:4:1: there is no register 'r12': r0 to r10 and w0 to w10 are all\n"
        "t.s:3:1: label 'x' is jumped to and never bound");
}

TEST_CASE("text: a long text in which every line is wrong is explained line by line") {
  std::string source;
  for (int i = 0; i < 20000; ++i) source += "this is no instruction\n";
  const checked<code> made = text::parse_code(source, "t.s");
  REQUIRE_FALSE(made);
  CHECK(made.error().size() == 20000);
  const std::string explained = text::explain(made.error(), source);
  CHECK(explained.ends_with("t.s:20000:1: no instruction starts with 'this'\n  this is no instruction\n  ^\n"));
}

TEST_CASE("text: an explanation shows the line, a caret, and the names that may have been meant") {
  const std::string_view source = "r0 = 0\n  got +1\n\tr0 = r11\n  call bpf_ktime_get_n\n";
  const checked<code> made = text::parse_code(source, "t.s");
  REQUIRE_FALSE(made);
  CHECK(text::explain(made.error(), source) ==
        "t.s:2:3: no instruction starts with 'got'; did you mean 'goto' or 'gotol' or 'gotox'?\n"
        "    got +1\n"
        "    ^\n"
        "t.s:3:7: there is no register 'r11': r0 to r10 and w0 to w10 are all\n"
        "  \tr0 = r11\n"
        "  \t     ^\n"
        "t.s:4:3: label 'bpf_ktime_get_n' is jumped to and never bound; did you mean 'bpf_ktime_get_ns' or "
        "'bpf_ktime_get_tai_ns' or 'bpf_ktime_get_boot_ns'?\n"
        "    call bpf_ktime_get_n\n"
        "    ^\n");
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

TEST_CASE("text: a name is suggested only if it may have been meant") {
  struct row {
    std::string_view source, says;
  };
  const row rows[] = {
      {"ld_pseudo r3, 7, 1", "t.s:1:15: expected what is loaded, 1 to 6, found 7\n"},
      {"(b7)", "t.s:1:5: expected an instruction, found the end of the line\n"},
      {"\xef\xbb\xbfr0 = 0", "t.s:1:1: no instruction starts with '\xef'\n"},
      {":", "t.s:1:1: no instruction starts with ':'\n"},
      {"a-b:", "t.s:1:1: no instruction starts with 'a'\n"},
      {"R1 = 0", "t.s:1:1: no instruction starts with 'R1'; did you mean 'r1'?\n"},
      {"deny: exit\ngoto dney", "t.s:2:1: label 'dney' is jumped to and never bound; did you mean 'deny'?\n"},
      {"r6 = *(u64 *)(r1 + arguments(family))", "t.s:1:20: nothing is called 'arguments' here; did you mean 'argument'?\n"},
      {"r0 = \x1b[2J", "  r0 = ?[2J\n"},
  };
  for (const row& one : rows) {
    CAPTURE(one.source);
    const auto made = text::parse_code(one.source, "t.s");
    REQUIRE_FALSE(made);
    const std::string explained = text::explain(made.error(), one.source);
    CHECK_MESSAGE(explained.find(one.says) != explained.npos, explained);
    CHECK(explained.find('\x1b') == explained.npos);
  }
}

TEST_CASE("text: maps and constants that may have been meant are suggested") {
  const std::string_view source =
      ".map events, ringbuf, 0, 0, 4096\n.constant uid\n.program p, file_open\nr1 = map_fd(event) ll\nw0 = constant(udi)\nexit\n";
  const auto whole = text::parse(source, "t.s");
  REQUIRE(whole);
  const std::string explained = text::explain(check(*whole), source);
  CHECK(has(explained, "and the object has none of that name; did you mean 'events'?\n"));
  CHECK(has(explained, "the object has no constant 'udi'; did you mean 'uid'?\n"));
}

TEST_CASE("text: only the first hundred faults get suggestions from the source") {
  std::string source;
  for (int i = 100; i < 400; ++i) source += "goto labe" + std::to_string(i) + "\nlabel" + std::to_string(i) + ": exit\n";
  const auto made = text::parse_code(source, "t.s");
  REQUIRE_FALSE(made);
  const std::string explained = text::explain(made.error(), source);
  CHECK(has(explained, "label 'labe199' is jumped to and never bound; did you mean 'label199'"));
  CHECK(has(explained, "label 'labe200' is jumped to and never bound\n"));
}

TEST_CASE("text: the fault of a jump that is too far names the ways to encode it") {
  std::string source = "far:\n";
  for (int i = 0; i < 32768; ++i) source += "exit\n";
  source += "goto far\n";
  const auto made = text::parse_code(source, "t.s");
  REQUIRE_FALSE(made);
  CHECK(has(text::explain(made.error(), source), ".far_jumps gotol (from Linux 6.6 on) or .far_jumps islands, or the option --far-jumps"));
}

TEST_CASE("text: a label may begin with a dot, and a line may have many labels") {
  CHECK_FALSE(text::has_directives("  r0 = 0\n.LBB0_1:\n  exit\n"));
  CHECK_FALSE(text::has_directives(".LBB0_1: .LBB0_2: .insn 0, 0, 0, 0, 0\n"));
  CHECK(text::has_directives(".LBB0_1: .program a, b\n"));
  CHECK(parsed("goto .LBB0_1\n.LBB0_1:\nexit\n").size() == 2);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "l" + std::to_string(i) + ": ";
  CHECK(parsed(many + "goto l99\n") == std::vector<insn>{ja(-1).first()});
}

TEST_CASE("text: a file with directives is read as an object") {
  const checked<object> whole = text::parse(R"(
.license "GPL"
.map events, ringbuf, 0, 0, 65536
.map lost, array, 4, 8, 1, 0x80
.constant uid, 1000
.constant flag
.program deny_alg, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  r7 = *(u64 *)(r1 + previous_retval())
  r8 = *(u64 *)(r6 + field(vm_area_struct, vm_mm.start_brk))
  w2 = enumerator(kernel_read_file_id, READING_MODULE)
  if w6 == constant(uid) goto deny
  r1 = map_fd(events) ll
  r2 = map_value(lost, 8) ll
  r3 = function(deny) ll
  call kfunc(bpf_task_acquire)
  w0 = type_size(task_struct)
  exit
deny:
  r0 = -1
  exit
.program other, file_open, cgroup, sleepable
deny:
  goto deny
)", "t.s");
  REQUIRE_MESSAGE(whole, to_string(whole.error()));
  CHECK(whole->license == "GPL");
  REQUIRE(whole->maps.size() == 2);
  CHECK(whole->maps[1] == map{.name = "lost", .type = map_type::array, .key_size = 4, .value_size = 8, .entries = 1, .flags = 0x80});
  REQUIRE(whole->constants.size() == 2);
  CHECK(whole->constants[0].value == 1000);
  REQUIRE(whole->programs.size() == 2);
  CHECK(whole->programs[1].attach == attach_kind::lsm_cgroup);
  CHECK(whole->programs[1].sleepable);
  CHECK(check(*whole).empty());

  const program& first = whole->programs[0];
  CHECK(first.name == "deny_alg");
  CHECK(first.lines.front().where.line == 8);
  using btf::core_relo_kind;
  struct expected_relocation { std::uint32_t slot; core_relo_kind kind; std::string type, name; };
  const expected_relocation expected[] = {
      {0, core_relo_kind::argument_slot, "socket_create", "family"},
      {1, core_relo_kind::previous_retval, "socket_create", ""},
      {2, core_relo_kind::field_byte_offset, "vm_area_struct", "vm_mm.start_brk"},
      {3, core_relo_kind::enumval_value, "kernel_read_file_id", "READING_MODULE"},
      {4, core_relo_kind::field_byte_offset, "", "uid"}, {5, core_relo_kind::field_byte_offset, "", "events"},
      {7, core_relo_kind::field_byte_offset, "", "lost"}, {11, core_relo_kind::function_id, "", "bpf_task_acquire"},
      {12, core_relo_kind::type_size, "task_struct", ""}};
  REQUIRE(first.relocations.size() == std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    CAPTURE(i);
    CHECK(first.relocations[i].slot == expected[i].slot);
    CHECK(first.relocations[i].kind == expected[i].kind);
    CHECK(first.relocations[i].type == expected[i].type);
    CHECK(first.relocations[i].name == expected[i].name);
  }
  CHECK(first.code[5] == insn::of_raw(0x00000000'00001118));
  CHECK(first.code[8] == insn::of_raw(0x00000008'00000000));
  CHECK(first.code[9] == insn::of_raw(0x00000004'00004318));
}

TEST_CASE("text: an object is written as the text that it was read from") {
  const std::string_view source = R"(.license "GPL"
.scope cgroup, "/sys/fs/cgroup/a # b"
.map events, ringbuf, 0, 0, 65536
.map lost, array, 4, 8, 1, 128
.map later, 99, 4, 8, 1
.constant uid, 1000
.program deny_alg, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  r7 = *(u64 *)(r1 + previous_retval())
  r8 = *(u64 *)(r6 + field(file, f_path.many[2].x))
  r8 = *(u64 *)(r8 + field(struct file, [1].f_mode))
  w2 = enumerator(kernel_read_file_id, READING_MODULE)
  if w6 == constant(uid) goto L2
  r1 = map_fd(events) ll
  r2 = map_value(lost, 8) ll
  r3 = function(L1) ll
  r3 = function(L2) ll
  *(u32 *)(r10 - 4) = 5
  *(u32 *)(r8 + field(file, f_mode)) = 5
  call kfunc(bpf_task_acquire)
  w0 = type_size(union task)
  r0 = field_lshift(file, bits)
  call L1
  exit
.function L1
  r0 = 1
L2:
  r0 = -1
  call bpf_ktime_get_ns
  exit
.program other, file_open, cgroup, sleepable
L1:
  goto L1
)";
  const checked<object> whole = text::parse(source, "t.s");
  REQUIRE_MESSAGE(whole, to_string(whole.error()));
  CHECK(text::write(*whole) == source);
  REQUIRE(whole->programs[0].functions.size() == 1);
  CHECK(whole->programs[0].functions[0].slot == 21);
  CHECK(whole->programs[0].functions[0].name == "L1");
  CHECK(check(*whole).empty());
}

TEST_CASE("text: each kind of scope is read back") {
  for (const scope& who : {scope::cgroup("/sys/fs/cgroup/app"), scope::uid(33), scope::pid(1), scope::tree(7), scope::mount_ns("7"), scope::pid_ns("7")}) {
    CAPTURE(std::string(name_of(who.kind)));
    object whole = *text::parse(".program p, file_open\nexit\n", "t.s");
    whole.scope = who;
    const checked<object> again = text::parse(text::write(whole), "t.s");
    REQUIRE(again);
    CHECK(again->scope == who);
  }
}

TEST_CASE("text: what text cannot represent is listed in comments") {
  const checked<object> whole = text::parse(".map limit, array, 4, 8, 1\n.program p, file_open\nw0 = 0\nexit\n", "t.s");
  REQUIRE(whole);
  CHECK(text::write(*whole).starts_with(".license"));
  object more = *whole;
  more.maps[0].initial_value = {std::byte{1}};
  more.programs[0].called = true;
  more.scope = scope::cgroup("/a\"b");
  const std::string written = text::write(more);
  CHECK(written.starts_with("// 'limit' is not a map that a text can have: it has initial content\n"
                            "// 'p' is not a program that a text can have: it is tail-called\n"
                            "// '/a\"b' is not a scope that a text can have: its path is not plain text\n.license"));
  CHECK(text::parse(written, "t.s").has_value());
}

TEST_CASE("text: names that would be read back as something else are listed in comments") {
  const auto comment_on = [](auto change) {
    object whole = *text::parse(".map m, array, 4, 8, 1\n.constant c\n.program p, file_open\nw0 = constant(c)\ncall f\nexit\n.function f\nexit\n", "t.s");
    CHECK(text::write(whole).starts_with(".license"));
    change(whole);
    const std::string all = text::write(whole);
    return all.substr(0, all.find('\n'));
  };
  const std::string again = " that text can represent unambiguously";
  CHECK(comment_on([](object& it) { it.maps[0].name = "5"; }) == "// '5' is not a map" + again);
  CHECK(comment_on([](object& it) { it.constants[0].name = "a ; b"; }) == "// 'a ; b' is not a constant" + again);
  CHECK(comment_on([](object& it) { it.programs[0].name = "0x10"; }) == "// '0x10' is not a program" + again);
  CHECK(comment_on([](object& it) { it.programs[0].hook = "a, cgroup"; }) == "// 'a, cgroup' is not a hook" + again);
  for (const std::string name : {"r5", "kfunc", "bpf_ktime_get_ns"})
    CHECK(comment_on([&](object& it) { it.programs[0].functions[0].name = name; }) == "// '" + name + "' is not a function" + again);
  CHECK(comment_on([](object& it) { it.programs[0].relocations[0].name = "c) ; "; }) == "// 'c) ; ' is not a name" + again);
  CHECK(comment_on([](object& it) { it.programs[0].relocations[0].slot = 1; }) == "// 'c' is not a relocation here" + again);
  CHECK(comment_on([](object& it) { it.programs[0].relocations[0].from = relocation_source::map; }) ==
        "// 'c' is not a relocation here" + again);
}

TEST_CASE("text: wrong directives are faults that say what is expected") {
  const auto objects = [](std::string_view source) {
    const checked<object> made = text::parse(source, "t.s");
    return made ? std::string() : text::explain(made.error(), source);
  };
  CHECK(objects("exit\n").starts_with("t.s:1:1: an instruction comes before the first .program; begin with .program NAME, HOOK\n"));
  CHECK(objects(".map m, rinbuf, 0, 0, 1").starts_with("t.s:1:9: there is no map type 'rinbuf'; did you mean 'ringbuf'"));
  CHECK(objects(".map m, array, 4, 8, 4294967296").starts_with("t.s:1:22: 4294967296 does not fit the 32-bit immediate of the map's entries\n"));
  CHECK(objects(".license GPL").starts_with("t.s:1:10: expected \"license\", found GPL\n"));
  CHECK(objects(".scope cgrp, 5").starts_with("t.s:1:8: expected cgroup, uid, pid, tree, mount_ns or pid_ns, found cgrp\n"));
  CHECK(objects(".scope uid, 4294967296").starts_with("t.s:1:13: 4294967296 does not fit the 32-bit immediate of the scope's number\n"));
  CHECK(objects(".scope cgroup, /a").starts_with("t.s:1:16: expected \"path\", found /\n"));
  CHECK(objects(".scope uid, 1\n.scope uid, 1").starts_with("t.s:2:8: expected one scope, found a second\n"));
  CHECK(objects(".program a, b, now").starts_with("t.s:1:16: expected cgroup, modify_return or sleepable, found now\n"));
  CHECK(objects(".program a, b\n") == "t.s:1:10: the program has no instruction\n  .program a, b\n           ^\n");
  CHECK(objects(".program a\nexit\n") == "t.s:1:11: expected ,, found the end of the line\n  .program a\n            ^\n");
  CHECK(objects(".prgram a, b\n").starts_with("t.s:1:1: there is no directive '.prgram'; did you mean '.program'?\n"));
}

}  // namespace lsmith::tests
